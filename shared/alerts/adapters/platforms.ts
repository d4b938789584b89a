/**
 * The monitoring platforms and clouds that are known, in the order in which they are asked: those whose marks nobody else has first, those
 * whose bodies people write themselves last.
 */
import type { Adapter } from '../alert.ts';
import { alertmanager } from './alertmanager.ts';
import { awsSns } from './aws-sns.ts';
import { axiom } from './axiom.ts';
import { azureEventGrid } from './azure-event-grid.ts';
import { azureMonitorLegacy } from './azure-monitor-legacy.ts';
import { azureMonitor } from './azure-monitor.ts';
import { betterStack } from './better-stack.ts';
import { cloudEvents } from './cloudevents.ts';
import { cloudflare } from './cloudflare.ts';
import { coralogix } from './coralogix.ts';
import { datadog } from './datadog.ts';
import { dynatrace } from './dynatrace.ts';
import { elastic } from './elastic.ts';
import { googleCloudMonitoring } from './google-cloud-monitoring.ts';
import { grafanaLegacy } from './grafana-legacy.ts';
import { grafana } from './grafana.ts';
import { graylog } from './graylog.ts';
import { honeybadger } from './honeybadger.ts';
import { kapacitor } from './kapacitor.ts';
import { logicmonitor } from './logicmonitor.ts';
import { netdata } from './netdata.ts';
import { newRelic } from './new-relic.ts';
import { opsgenie } from './opsgenie.ts';
import { pagerduty } from './pagerduty.ts';
import { pingdom } from './pingdom.ts';
import { rollbar } from './rollbar.ts';
import { sentry } from './sentry.ts';
import { servicenow } from './servicenow.ts';
import { site24x7 } from './site24x7.ts';
import { solarwinds } from './solarwinds.ts';
import { splunk } from './splunk.ts';
import { statuscake } from './statuscake.ts';
import { statuspage } from './statuspage.ts';
import { vrealize } from './vrealize.ts';
import { wazuh } from './wazuh.ts';
import { zabbix } from './zabbix.ts';

export const platforms: readonly Adapter[] = [
  azureMonitor,
  azureEventGrid,
  cloudEvents,
  awsSns,
  // Grafana's group is Alertmanager's with more to it.
  grafana,
  alertmanager,
  grafanaLegacy,
  azureMonitorLegacy,
  googleCloudMonitoring,
  sentry,
  pagerduty,
  opsgenie,
  betterStack,
  statuspage,
  rollbar,
  honeybadger,
  axiom,
  graylog,
  site24x7,
  pingdom,
  vrealize,
  coralogix,
  cloudflare,
  splunk,
  netdata,
  wazuh,
  newRelic,
  dynatrace,
  logicmonitor,
  datadog,
  zabbix,
  servicenow,
  solarwinds,
  kapacitor,
  statuscake,
  elastic,
];

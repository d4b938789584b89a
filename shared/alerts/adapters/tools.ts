/**
 * The adapters of tools, devices, forges and chats, in the order in which they are asked. Those that know their sender by fields of
 * its own come first; what is known by a few common words, such as `message` or `text`, comes last.
 */
import type { Adapter } from '../alert.ts';
import { apprise } from './apprise.ts';
import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { checkmk } from './checkmk.ts';
import { chirpstack } from './chirpstack.ts';
import { cronitor } from './cronitor.ts';
import { deadMansSnitch } from './dead-mans-snitch.ts';
import { discord } from './discord.ts';
import { dockerHub } from './docker-hub.ts';
import { esphome } from './esphome.ts';
import { fail2ban } from './fail2ban.ts';
import { gatus } from './gatus.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { googleChat } from './google-chat.ts';
import { gotify } from './gotify.ts';
import { healthchecks } from './healthchecks.ts';
import { hetrixtools } from './hetrixtools.ts';
import { homeAssistant } from './home-assistant.ts';
import { hyperping } from './hyperping.ts';
import { icinga } from './icinga.ts';
import { jenkins } from './jenkins.ts';
import { jira } from './jira.ts';
import { jotform } from './jotform.ts';
import { librenms } from './librenms.ts';
import { matrix } from './matrix.ts';
import { monit } from './monit.ts';
import { nagios } from './nagios.ts';
import { nodeRed } from './node-red.ts';
import { ntfy } from './ntfy.ts';
import { observium } from './observium.ts';
import { papertrail } from './papertrail.ts';
import { particle } from './particle.ts';
import { proxmox } from './proxmox.ts';
import { prtg } from './prtg.ts';
import { pushover } from './pushover.ts';
import { qnap } from './qnap.ts';
import { riemann } from './riemann.ts';
import { shelly } from './shelly.ts';
import { shoutrrr } from './shoutrrr.ts';
import { slack } from './slack.ts';
import { sonarqube } from './sonarqube.ts';
import { stripe } from './stripe.ts';
import { synology } from './synology.ts';
import { tasmota } from './tasmota.ts';
import { teamcity } from './teamcity.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { theThingsNetwork } from './the-things-network.ts';
import { truenas } from './truenas.ts';
import { typeform } from './typeform.ts';
import { unifi } from './unifi.ts';
import { uptimeKuma } from './uptime-kuma.ts';
import { uptimerobot } from './uptimerobot.ts';

export const tools: readonly Adapter[] = [
  uptimeKuma,
  uptimerobot,
  gatus,
  healthchecks,
  cronitor,
  deadMansSnitch,
  hyperping,
  hetrixtools,
  icinga,
  checkmk,
  nagios,
  librenms,
  prtg,
  observium,
  monit,
  fail2ban,
  papertrail,
  proxmox,
  truenas,
  unifi,
  theThingsNetwork,
  chirpstack,
  particle,
  nodeRed,
  tasmota,
  shelly,
  homeAssistant,
  github,
  gitea,
  gitlab,
  bitbucket,
  azureDevops,
  jenkins,
  teamcity,
  sonarqube,
  jira,
  dockerHub,
  jotform,
  typeform,
  stripe,
  discord,
  teams,
  googleChat,
  telegram,
  matrix,
  ntfy,
  pushover,
  apprise,
  gotify,
  synology,
  qnap,
  shoutrrr,
  slack,
  riemann,
  esphome,
];

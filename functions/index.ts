/**
 * All functions of the app. Each file registers its own; the order does not matter, the host sorts by name.
 */
import { app } from '@azure/functions';
import { bridge } from './bridge.ts';
import './emails-submit.ts';
import './emails-batch.ts';
import './emails-get.ts';
import './emails-list.ts';
import './emails-cancel.ts';
import './emails-reschedule.ts';
import './deliver.ts';
import './dead-letter.ts';
import './dead-letters.ts';
import './audit.ts';
import './register.ts';
import './announce.ts';
import './sweep.ts';
import './housekeeping.ts';
import './health.ts';
import './hooks.ts';
import './gotify.ts';
import './ntfy.ts';
import './apprise.ts';
import './watch-hooks.ts';
import './openapi.ts';
import './problems.ts';
import './sendgrid.ts';
import './sendgrid-batches.ts';
import './postmark.ts';
import './acs.ts';
import './graph.ts';
import './ses.ts';
import './mailgun.ts';
import './not-found.ts';

app.hook.appStart(() => bridge.warmUp());
app.hook.appTerminate(() => bridge.close());

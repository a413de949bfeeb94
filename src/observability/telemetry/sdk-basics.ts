import { randomBytes } from 'node:crypto';
import { context } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Configuration } from '../../config/configuration.js';
import { VERSION } from '../../version.js';
import { RequestContextManager } from './request-context-manager.js';

/** Lets the current span, and what belongs to a request, follow the work through promises and callbacks. */
export function followContext(): void {
  context.setGlobalContextManager(new RequestContextManager().enable());
}

/** Who sends. Replicas share `app.instance`, so that each process needs a name of its own beside it. */
export const resourceOf = ({ app, otel }: Configuration): Resource =>
  resourceFromAttributes({
    'service.name': otel.serviceName,
    'service.version': VERSION,
    'service.instance.id': `${app.instance}-${randomBytes(4).toString('hex')}`,
    'deployment.environment.name': app.env,
  });

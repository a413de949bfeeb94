import { IncomingMessage } from 'node:http';
import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/**
 * Leaves requests as they are. The instrumentation binds each to its context by putting eight methods of its own on it,
 * which is a good part of what a request's telemetry costs; whoever reads a request here awaits it, and so keeps the
 * context anyway. A response it does bind: its end is told from a listener that has to know the route.
 */
export class RequestContextManager extends AsyncLocalStorageContextManager {
  override bind<T>(context: Context, target: T): T {
    return target instanceof IncomingMessage ? target : super.bind(context, target);
  }
}

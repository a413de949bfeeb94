import { parse } from 'node:querystring';
import express, { type Express } from 'express';

/** All of a query is read: by default, what stands behind the first thousand fields would be passed over. */
const wholeQuery = (text: string | null): object => parse(text ?? '', '&', '=', { maxKeys: 0 });

/** A path has one spelling, a query no depth, and answers are not cached. */
export function strictExpress(): Express {
  const instance = express();
  instance.set('strict routing', true);
  instance.set('case sensitive routing', true);
  instance.set('query parser', wholeQuery);
  instance.disable('x-powered-by');
  instance.disable('etag');
  return instance;
}

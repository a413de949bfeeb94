import express, { type Express } from 'express';

/** A path has one spelling, and answers are not cached. */
export function strictExpress(): Express {
  const instance = express();
  instance.set('strict routing', true);
  instance.set('case sensitive routing', true);
  instance.disable('x-powered-by');
  instance.disable('etag');
  return instance;
}

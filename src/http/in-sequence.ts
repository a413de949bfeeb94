import type { RequestHandler } from 'express';

/**
 * Handlers as one layer: Express matches every layer of its stack against every request, which for short handlers costs
 * more than they do.
 */
export const inSequence = (...handlers: readonly RequestHandler[]): RequestHandler => {
  return (request, response, next) => {
    const callFrom = (index: number): void => {
      const handler = handlers[index];
      if (handler === undefined) {
        next();
        return;
      }
      void handler(request, response, (error?: unknown) => {
        if (error === undefined) callFrom(index + 1);
        else next(error);
      });
    };
    callFrom(0);
  };
};

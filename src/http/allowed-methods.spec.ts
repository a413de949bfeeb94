import { beforeAll, describe, expect, it } from '@jest/globals';
import express, { type Express } from 'express';
import { allowedMethods } from './allowed-methods.js';

describe('allowedMethods', () => {
  let app: Express;
  beforeAll(() => {
    app = express();
    app.set('strict routing', true);
    app.set('case sensitive routing', true);
    app.use((_request, _response, next) => next());
    app.get('/items', (_request, response) => response.end());
    app.post('/items', (_request, response) => response.end());
    app.get('/items/:id', (_request, response) => response.end());
    app.delete('/items/:id', (_request, response) => response.end());
    app.put('/only-put', (_request, response) => response.end());
  });

  it.each([
    ['/items', ['GET', 'HEAD', 'POST']],
    ['/items/7', ['DELETE', 'GET', 'HEAD']],
    ['/only-put', ['PUT']],
    ['/nowhere', []],
    ['/items/', []],
    ['/Items', []],
    ['/items/7/8', []],
    ['/items/%E0%A4%A', []],
  ])('at %s are %j', (path, methods) => {
    expect(allowedMethods(app, path)).toEqual(methods);
  });
});

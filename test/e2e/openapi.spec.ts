import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';

interface Operation {
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
}

const REDOCLY = resolve(import.meta.dirname, '../../node_modules/@redocly/cli/bin/cli.js');

describe('the OpenAPI document', () => {
  let service: Service;
  let document: Document;

  beforeAll(async () => {
    service = await Service.start();
    document = (await service.request<Document>('GET', '/openapi.json')).body;
  });
  afterAll(() => service.dispose());

  it('validates and lints clean', async () => {
    const file = join(service.directory, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    const environment = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const lint = await promisify(execFile)(process.execPath, [REDOCLY, 'lint', file], { env: environment });
    expect(`${lint.stdout}${lint.stderr}`).toMatch(/Your API description is valid/);
    expect(`${lint.stdout}${lint.stderr}`).not.toMatch(/warning/i);
  });

  it('has every route, each answer of it with an example', () => {
    expect(Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods)])).toEqual([
      ['/api/v1/create', ['post']],
      ['/api/v1/sandboxes', ['get']],
      ['/api/v1/sandboxes/{chat_id}', ['get', 'delete']],
      ['/metrics', ['get']],
      ['/api/v1/health', ['get']],
      ['/livez', ['get']],
      ['/readyz', ['get']],
      ['/api/v1/workspaces', ['post', 'get']],
      ['/api/v1/workspaces/{workspace_id}', ['get', 'delete']],
      ['/api/v1/workspaces/{workspace_id}/usage', ['get']],
      ['/api/v1/workspaces/{workspace_id}/chats', ['post', 'get']],
      ['/api/v1/chats/{chat_id}', ['get', 'delete']],
      ['/api/v1/chats/{chat_id}/history', ['get', 'put', 'post']],
      ['/api/v1/chats/{chat_id}/files', ['post', 'get', 'delete']],
      ['/api/v1/chats/{chat_id}/files/by-name/{name}', ['put']],
      ['/api/v1/chats/{chat_id}/files/{file_id}', ['get', 'delete']],
      ['/api/v1/chats/{chat_id}/files/{file_id}/content', ['get']],
    ]);
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (['204', '304'].includes(status)) continue;
        const media = Object.values(content ?? {})[0] ?? {};
        const isError = Number(status) >= 400 && Number(status) !== 503;
        expect([status, 'schema' in media]).toEqual([status, true]);
        if (isError) expect([status, 'examples' in media || 'example' in media]).toEqual([status, true]);
      }
    }
  });

  it('lets Swagger UI upload files, and tells what a history is', () => {
    const bodyOf = (path: string, method: string): unknown => document.paths[path]?.[method]?.requestBody;
    expect(bodyOf('/api/v1/chats/{chat_id}/files', 'post')).toMatchObject({
      content: {
        'multipart/form-data': {
          schema: { required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
        },
      },
    });
    const binary = { schema: { type: 'string', format: 'binary' } };
    expect(bodyOf('/api/v1/chats/{chat_id}/files/by-name/{name}', 'put')).toMatchObject({
      content: { 'application/octet-stream': binary },
    });
    const text = { schema: { type: 'string' } };
    for (const method of ['put', 'post'])
      expect(bodyOf('/api/v1/chats/{chat_id}/history', method)).toMatchObject({
        content: { 'text/markdown': text, 'text/plain': text },
      });
  });

  it('declares how to authorize, so that Swagger UI can', () => {
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(['bearer', 'token']);
  });

  it('stands behind Swagger UI, whose files are all there', async () => {
    const page = await service.request<string>('GET', '/docs');
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html/);
    const files = [...page.body.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files)
      expect([file, (await service.request('GET', `/${file}`)).status]).toEqual([file, 200]);
  });
});

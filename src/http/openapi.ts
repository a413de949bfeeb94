import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { SecurityConfig } from '../config/sections.js';
import { VERSION } from '../version.js';

const DESCRIPTION = `Gives every chat its own Docker container, for an agent that runs untrusted code, and keeps its files.

Errors are \`{"detail": "<code>"}\`; a request with faults gets 422 and a list of them. Every answer bears \`X-Request-ID\`.
At most a hundred faults are listed.

Whatever the route, a request that cannot be read closes its connection: 400 \`malformed_request\`, 408 \`request_timeout\` (a head
that takes more than 15 s), 417 \`expectation_failed\` (an \`Expect\` other than \`100-continue\`), 431 \`headers_too_large\` (over
16 KiB or 100 fields), 505 \`http_version_not_supported\`.`;

function openApiDocument(app: INestApplication, security: SecurityConfig): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Sandbox Master')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('Proprietary', 'https://spdx.org/licenses/')
    .addServer('/')
    .addTag('Sandboxes', 'One active sandbox a chat.')
    .addTag('Workspaces', 'One a user; holds chats.')
    .addTag('Chats', 'What outlives the sandbox of a chat.')
    .addTag('History', 'One `history.md` a chat, in UTF-8; the sandbox shares it.')
    .addTag('Files', "The files at the top of a chat's directory, whoever wrote them.")
    .addTag('Health', 'For probes; open to all.')
    .addTag('Metrics', 'For Prometheus.')
    .addApiKey({ type: 'apiKey', in: 'header', name: security.tokenHeader }, 'token')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque' }, 'bearer');
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
  });
  document.security = security.requireToken
    ? [{ token: [] }, { bearer: [] }]
    : [{}, { token: [] }, { bearer: [] }];
  return document;
}

/** Swagger UI at `/docs`, the document at `/openapi.json`; made when it is first asked for, not at each start. */
export function serveOpenApi(app: INestApplication, security: SecurityConfig): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, security), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Sandbox Master API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}

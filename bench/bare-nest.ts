import 'reflect-metadata';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Body, Controller, HttpCode, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import type * as Dtos from '../src/sandbox/adapters/http/sandbox-dtos.js';

/*
 * The least that a Nest service can do for the same request: its own body parser, ValidationPipe and router, the
 * service's DTO class, the answer in argv as an object. No log; and none of Express's extras that the service does
 * without either. Node strips types but knows no decorators, so they are called here as what they are: functions.
 */

const DTOS = join(import.meta.dirname, '../dist/sandbox/adapters/http/sandbox-dtos.js');
const { CreateSandboxDto } = (await import(DTOS)) as typeof Dtos;
const answer = JSON.parse(process.argv[2] ?? '{}') as Dtos.SandboxDto;

class BareController {
  create(request: Dtos.CreateSandboxDto): Promise<Dtos.SandboxDto> {
    return Promise.resolve(Object.assign({}, answer, { chat_id: request.chat_id }));
  }
}
const route = Object.getOwnPropertyDescriptor(BareController.prototype, 'create') ?? {};
Post('create')(BareController.prototype, 'create', route);
HttpCode(200)(BareController.prototype, 'create', route);
Body()(BareController.prototype, 'create', 0);
Reflect.defineMetadata('design:paramtypes', [CreateSandboxDto], BareController.prototype, 'create');
Controller('api/v1')(BareController);

const app = await NestFactory.create<NestExpressApplication>(
  { module: BareController, controllers: [BareController] },
  { logger: false },
);
// Refuses and converts what the service's pipe refuses and converts.
app.useGlobalPipes(
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    transform: true,
  }),
);
app.disable('x-powered-by');
app.set('etag', false);
await app.listen(0, '127.0.0.1');
process.stdout.write(`${(app.getHttpServer().address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => process.exit(0));

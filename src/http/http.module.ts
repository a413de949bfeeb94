import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ErrorFilter } from './error.filter.js';
import { RequestPipe } from './request-pipe.js';
import { ShutdownGate } from './shutdown-gate.js';

/** The conventions of every route. */
@Global()
@Module({
  providers: [
    ShutdownGate,
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: RequestPipe },
  ],
  exports: [ShutdownGate],
})
export class HttpModule {}

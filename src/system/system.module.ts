import { Global, Module } from '@nestjs/common';
import { CLOCK } from '../kernel/clock.js';
import { ID_GENERATOR } from '../kernel/id-generator.js';
import { RandomIdGenerator } from './random-id-generator.js';
import { SteadyClock } from './steady-clock.js';

/** The one clock and the one source of ids of all features. */
@Global()
@Module({
  providers: [
    { provide: CLOCK, useFactory: () => new SteadyClock() },
    { provide: ID_GENERATOR, useClass: RandomIdGenerator },
  ],
  exports: [CLOCK, ID_GENERATOR],
})
export class SystemModule {}

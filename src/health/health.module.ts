import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ShutdownGate } from '../http/shutdown-gate.js';
import { HealthController } from './health.controller.js';
import { ReadinessChecks } from './readiness-checks.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [ReadinessChecks],
  exports: [ReadinessChecks],
})
export class HealthModule {
  constructor(checks: ReadinessChecks, gate: ShutdownGate) {
    checks.register('shutdown', () => {
      return gate.isClosing ? Promise.reject(new Error('the service is shutting down')) : Promise.resolve();
    });
  }
}

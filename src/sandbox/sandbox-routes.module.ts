import { Module } from '@nestjs/common';
import { SandboxController } from './adapters/http/sandbox.controller.js';

/**
 * The routes by themselves, so that they can come before all others: the router tries one route after the other, and of
 * all requests, those for a sandbox that is there already are the most.
 */
@Module({ controllers: [SandboxController] })
export class SandboxRoutesModule {}

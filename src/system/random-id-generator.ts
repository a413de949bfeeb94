import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IdGenerator } from '../kernel/id-generator.js';

@Injectable()
export class RandomIdGenerator implements IdGenerator {
  nextId(): string {
    return randomUUID();
  }
}

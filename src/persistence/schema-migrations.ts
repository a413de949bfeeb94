import { Injectable } from '@nestjs/common';
import type { Migration } from 'kysely/migration';

/** The steps by which the tables came to be. Each feature registers its own, so that persistence knows no feature. */
@Injectable()
export class SchemaMigrations {
  private readonly byName = new Map<string, Migration>();

  /**
   * To be called before the application's bootstrap.
   * @param migrations by name; names are applied in their order over all features, so they begin with a number
   */
  register(migrations: Readonly<Record<string, Migration>>): void {
    for (const [name, migration] of Object.entries(migrations)) {
      if (this.byName.has(name)) throw new Error(`two migrations are named ${name}`);
      this.byName.set(name, migration);
    }
  }

  all(): Record<string, Migration> {
    return Object.fromEntries(this.byName);
  }
}

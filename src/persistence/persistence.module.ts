import { Global, Module } from '@nestjs/common';
import { Database } from './database.js';
import { SchemaMigrations } from './schema-migrations.js';

/** The connection to the metadata and the migrations' runner; the tables and the SQL are the features'. */
@Global()
@Module({ providers: [Database, SchemaMigrations], exports: [Database, SchemaMigrations] })
export class PersistenceModule {}

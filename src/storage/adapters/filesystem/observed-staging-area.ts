import type { Tracer } from '../../../observability/ports/tracer.js';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import type { StagedContent, StagingArea } from '../../ports/staging-area.js';
import { inFileSpan } from './file-span.js';

/** A staging area whose work on the disk is traced; looks at single names are not: a sweep has one for each. */
export class ObservedStagingArea implements StagingArea {
  constructor(
    private readonly staging: StagingArea,
    private readonly tracer: Tracer,
  ) {}

  stage(): Promise<StagedContent> {
    return inFileSpan(
      this.tracer,
      'stage',
      {},
      async () => new ObservedStagedContent(await this.staging.stage(), this.tracer),
    );
  }

  isAbandoned(stagedName: string): Promise<boolean> {
    return this.staging.isAbandoned(stagedName);
  }

  listAbandoned(): Promise<string[]> {
    return inFileSpan(this.tracer, 'list_abandoned', {}, () => this.staging.listAbandoned());
  }

  remove(stagedName: string): Promise<void> {
    return inFileSpan(this.tracer, 'remove_staged', {}, () => this.staging.remove(stagedName));
  }
}

class ObservedStagedContent implements StagedContent {
  readonly stagedName: string;
  readonly identity: string;

  constructor(
    private readonly staged: StagedContent,
    private readonly tracer: Tracer,
  ) {
    this.stagedName = staged.stagedName;
    this.identity = staged.identity;
  }

  /** It takes as long as its source. */
  write(source: AsyncIterable<Uint8Array>): Promise<void> {
    return inFileSpan(this.tracer, 'write', {}, () => this.staged.write(source));
  }

  append(content: OpenContent): Promise<void> {
    return inFileSpan(this.tracer, 'append', {}, () => this.staged.append(content));
  }

  readBack(): OpenContent {
    return this.staged.readBack();
  }

  seal(): Promise<ContentFacts> {
    return inFileSpan(this.tracer, 'seal', {}, async (span) => {
      const facts = await this.staged.seal();
      span.set({ 'file.size': facts.sizeBytes });
      return facts;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.staged[Symbol.asyncDispose]();
  }
}

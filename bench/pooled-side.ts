import { hasTakenNetwork } from '#network-pool';
import { type Service } from '#service';
import { ServiceSide } from '#sides';
import { type Stage } from '#stage';

/** The service, with an account of how often a network was ready. */
export class PooledSide extends ServiceSide {
  private readonly stage: Stage;
  private readonly answers = new Map<string, string>();
  private taken = 0;
  private creates = 0;

  constructor(stage: Stage, service: Service) {
    super(service);
    this.stage = stage;
  }

  override async create(chatId: string): Promise<void> {
    this.answers.set(chatId, await this.service.create(chatId));
  }

  override async discard(chatId: string): Promise<void> {
    this.creates += 1;
    if (await hasTakenNetwork(this.stage.engine, this.answers.get(chatId) ?? '{}')) this.taken += 1;
    this.answers.delete(chatId);
    await super.discard(chatId);
  }

  told(): string {
    return `${this.taken} of ${this.creates}`;
  }
}

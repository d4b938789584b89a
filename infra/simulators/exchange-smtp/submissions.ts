/** Counts the transactions under way for each mailbox: Exchange Online serves three of them at a time. */

export interface Submission {
  /** This one began while the mailbox was at its limit already. */
  readonly tooMany: boolean;
  /** The transaction is over, whatever became of it. A second call does nothing. */
  end(): void;
}

export class Submissions {
  readonly #underWay = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  begin(mailbox: string): Submission {
    const before = this.#underWay.get(mailbox) ?? 0;
    this.#underWay.set(mailbox, before + 1);
    let ended = false;
    return {
      tooMany: before >= this.#limit,
      end: () => {
        if (ended) return;
        ended = true;
        const left = (this.#underWay.get(mailbox) ?? 1) - 1;
        if (left > 0) this.#underWay.set(mailbox, left);
        else this.#underWay.delete(mailbox);
      },
    };
  }
}

import { inspect } from 'node:util';
import type { KnownOptions } from '../arguments';
import { InvalidArgumentError } from '../errors';
import type { Durability } from '../git/durable';
import { checkOffset, checkSignature } from '../object/commit-codec';
import type { Signature, SignatureInput } from '../object/commit-codec';
import { resolveMaintenance } from './maintenance-options';
import type { AutomaticMaintenance, AutomaticMaintenanceOptions } from './maintenance-options';

/** What may be configured when a workspace is opened. */
export interface ConfigOptions {
  /** Who changes things when nobody is named. Default: `gitmodel <gitmodel@local>`. */
  readonly author?: SignatureInput | undefined;
  /** The offset of signatures from UTC in minutes, positive to the east. Default: null, the system's own. */
  readonly timeZoneOffset?: number | null | undefined;
  /** How long to wait for a lock that another process holds, in milliseconds. Default: 30,000. */
  readonly lockWaitTimeout?: number | undefined;
  /** How long to wait between two attempts to take a lock, in milliseconds. Default: 50. */
  readonly lockWaitInterval?: number | undefined;
  /**
   * What a commit that was acknowledged has to survive. `git`, the default: the end of the process at any moment; a
   * crash of the machine too, but for the commits of the last seconds, as with git's own settings. `fsync`: also a
   * crash of the machine. Commits that are asked for at the same time share the cost of that.
   */
  readonly durability?: Durability | undefined;
  /**
   * Whether the repository is maintained by itself, in the background after a commit, when it has too many loose objects
   * or packs: as `Workspace.maintain` does it. Default: false.
   */
  readonly maintenance?: boolean | AutomaticMaintenanceOptions | undefined;
}

export const CONFIG_OPTIONS: KnownOptions<ConfigOptions> = {
  author: true,
  timeZoneOffset: true,
  lockWaitTimeout: true,
  lockWaitInterval: true,
  durability: true,
  maintenance: true,
};

const DEFAULT_AUTHOR: SignatureInput = Object.freeze({ name: 'gitmodel', email: 'gitmodel@local' });

/** A workspace's settings. Each may be changed at any time, and is checked when it is. */
export class WorkspaceConfig {
  #author: SignatureInput = DEFAULT_AUTHOR;
  #timeZoneOffset: number | null = null;
  #lockWaitTimeout = 30_000;
  #lockWaitInterval = 50;
  #durability: Durability = 'git';
  #maintenance: AutomaticMaintenance | null = null;

  /** @throws InvalidArgumentError that names the option. */
  constructor(options: ConfigOptions = {}) {
    if (options.author !== undefined) this.author = options.author;
    if (options.timeZoneOffset !== undefined) this.timeZoneOffset = options.timeZoneOffset;
    if (options.lockWaitTimeout !== undefined) this.lockWaitTimeout = options.lockWaitTimeout;
    if (options.lockWaitInterval !== undefined) this.lockWaitInterval = options.lockWaitInterval;
    if (options.durability !== undefined) this.durability = options.durability;
    if (options.maintenance !== undefined) this.maintenance = options.maintenance;
  }

  /** The same settings, to be changed apart from these. */
  copy(): WorkspaceConfig {
    const copy = new WorkspaceConfig({
      author: this.#author,
      timeZoneOffset: this.#timeZoneOffset,
      lockWaitTimeout: this.#lockWaitTimeout,
      lockWaitInterval: this.#lockWaitInterval,
      durability: this.#durability,
    });
    copy.#maintenance = this.#maintenance;
    return copy;
  }

  /** See {@link ConfigOptions.author}. */
  get author(): SignatureInput {
    return this.#author;
  }

  set author(author: SignatureInput) {
    this.#complete('author', author);
    this.#author = Object.freeze({ ...author });
  }

  /** See {@link ConfigOptions.timeZoneOffset}. */
  get timeZoneOffset(): number | null {
    return this.#timeZoneOffset;
  }

  set timeZoneOffset(offset: number | null) {
    this.#timeZoneOffset = offset === null ? null : checkOffset('timeZoneOffset', offset);
  }

  /** See {@link ConfigOptions.lockWaitTimeout}. */
  get lockWaitTimeout(): number {
    return this.#lockWaitTimeout;
  }

  set lockWaitTimeout(milliseconds: number) {
    this.#lockWaitTimeout = checkDuration('lockWaitTimeout', milliseconds, 0);
  }

  /** See {@link ConfigOptions.lockWaitInterval}. */
  get lockWaitInterval(): number {
    return this.#lockWaitInterval;
  }

  set lockWaitInterval(milliseconds: number) {
    this.#lockWaitInterval = checkDuration('lockWaitInterval', milliseconds, 1);
  }

  /** See {@link ConfigOptions.durability}. */
  get durability(): Durability {
    return this.#durability;
  }

  set durability(durability: Durability) {
    if (durability !== 'git' && durability !== 'fsync') {
      throw new InvalidArgumentError(`durability must be "git" or "fsync"; ${inspect(durability)} is not.`, {
        details: { option: 'durability', value: durability },
      });
    }
    this.#durability = durability;
  }

  /** See {@link ConfigOptions.maintenance}; null when nothing runs by itself. */
  get maintenance(): AutomaticMaintenance | null {
    return this.#maintenance;
  }

  set maintenance(option: boolean | AutomaticMaintenanceOptions | null) {
    this.#maintenance = resolveMaintenance(option);
  }

  /**
   * A complete signature.
   *
   * @param role What to call it in an error.
   * @param given Who signs. Default: {@link author}.
   * @throws InvalidArgumentError when Git cannot store it.
   */
  sign(role: string, given: SignatureInput = this.#author): Signature {
    return this.#complete(role, given);
  }

  #complete(role: string, given: SignatureInput): Signature {
    if (typeof given !== 'object' || given === null) {
      throw new InvalidArgumentError(`The ${role} must be an object: { name, email }.`, {
        details: { option: role, value: given },
      });
    }
    const time = given.time ?? new Date();
    const offset = given.offset ?? this.#timeZoneOffset ?? systemOffset(time);
    return checkSignature(role, { name: given.name, email: given.email, time, offset });
  }
}

/** The system's offset from UTC at a time; whether that is a time at all is checked with the rest of a signature. */
function systemOffset(time: unknown): number {
  return time instanceof Date ? 0 - time.getTimezoneOffset() : 0;
}

function checkDuration(option: string, value: unknown, least: number): number {
  if (typeof value !== 'number' || !(value >= least)) {
    throw new InvalidArgumentError(
      `${option} must be a number of milliseconds, at least ${least}; ${String(value)} is not.`,
      { details: { option, value } },
    );
  }
  return value;
}

import { checkNames } from '../arguments';
import type { KnownOptions } from '../arguments';
import { InvalidArgumentError } from '../errors';
import type { MaintenanceReport } from '../git/maintenance/maintain';

/** What came of maintenance that ran by itself: a report, or why it failed. */
export type MaintenanceOutcome =
  | { readonly report: MaintenanceReport; readonly error?: undefined }
  | { readonly report?: undefined; readonly error: Error };

/** When a repository is maintained by itself. */
export interface AutomaticMaintenanceOptions {
  /** From more loose objects than about so many on. Default: 6,700, as `gc.auto` of git. */
  readonly looseObjects?: number | undefined;
  /** From more packs than so many on, those with a `.keep` file apart. Default: 50, as `gc.autoPackLimit` of git. */
  readonly packs?: number | undefined;
  /**
   * Is told what came of each run. Default: nobody is, and a failure becomes a warning of the process
   * (`GITMODEL_MAINTENANCE`). What it throws becomes one too.
   */
  readonly onFinished?: ((outcome: MaintenanceOutcome) => void) | undefined;
}

/** The same, with all defaults in place. */
export interface AutomaticMaintenance extends AutomaticMaintenanceOptions {
  readonly looseObjects: number;
  readonly packs: number;
}

const DEFAULTS: AutomaticMaintenance = Object.freeze({ looseObjects: 6700, packs: 50 });

const OPTIONS: KnownOptions<AutomaticMaintenanceOptions> = {
  looseObjects: true,
  packs: true,
  onFinished: true,
};

/**
 * What the option `maintenance` means; null when nothing runs by itself.
 *
 * @throws InvalidArgumentError that names the option.
 */
export function resolveMaintenance(
  option: boolean | AutomaticMaintenanceOptions | null,
): AutomaticMaintenance | null {
  if (option === false || option === null) return null;
  if (option === true) return DEFAULTS;
  if (typeof option !== 'object') {
    throw invalid('maintenance', option, 'true, false, or an object: { looseObjects, packs, onFinished }');
  }
  checkNames(option, OPTIONS, 'maintenance.');
  const { looseObjects = DEFAULTS.looseObjects, packs = DEFAULTS.packs, onFinished } = option;
  checkCount('maintenance.looseObjects', looseObjects, 0);
  checkCount('maintenance.packs', packs, 1);
  if (onFinished !== undefined && typeof onFinished !== 'function') {
    throw invalid('maintenance.onFinished', onFinished, 'a function');
  }
  return Object.freeze({ looseObjects, packs, onFinished });
}

function checkCount(name: string, value: unknown, least: number): void {
  // To have one of them never set it off, it may be Infinity.
  const isCount = Number.isInteger(value) || value === Infinity;
  if (!isCount || !((value as number) >= least))
    throw invalid(name, value, `a whole number, at least ${least}`);
}

function invalid(option: string, value: unknown, wanted: string): InvalidArgumentError {
  return new InvalidArgumentError(`"${option}" must be ${wanted}; ${String(value)} is not.`, {
    details: { option, value },
  });
}

/** Something changed, and is written down. */
export type ClinicEvent =
  /** Of a visit. `formerAreaId`: where it was before, if it moved. */
  | {
      readonly kind: 'visit';
      readonly visitId: string;
      readonly areaId: string;
      readonly formerAreaId?: string;
    }
  /** An area: its settings, whether it is open, who works there. */
  | { readonly kind: 'area'; readonly areaId: string }
  /** Appointments of an area. */
  | { readonly kind: 'appointments'; readonly areaId: string }
  /** Anything of anybody was erased. */
  | { readonly kind: 'erased' };

type Listener = (event: ClinicEvent) => void;

/** Tells the pages that are open of what changed. */
export class Feed {
  readonly #listeners = new Set<Listener>();

  /** @returns what takes the listener off again. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  publish(event: ClinicEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

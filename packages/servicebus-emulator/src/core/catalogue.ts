import type { NamespaceDefinition } from '../config/definition.ts';
import { assemble, type EntityDefinition, flatten, pathOf } from './entity-definition.ts';

/** What clients have made of one entity, as it is kept. */
export interface Revision {
  /** In lower case. */
  readonly path: string;
  /** What the configuration said of it at that time; undefined when it did not declare it. */
  readonly declared: string | undefined;
  /** Undefined: it was deleted. */
  readonly definition: EntityDefinition | undefined;
}

/**
 * Brings together what the configuration declares and what clients have made of it. The later word holds: a revision
 * lasts until the configuration says something else of the entity than it said then.
 */
export class Catalogue {
  readonly #name: string;
  readonly #declared = new Map<string, EntityDefinition>();

  constructor(declared: NamespaceDefinition) {
    this.#name = declared.name;
    for (const entity of flatten(declared)) this.#declared.set(keyOf(entity), entity);
  }

  /** The revision that makes a definition, or its deletion, last. */
  revise(path: string, definition: EntityDefinition | undefined): Revision {
    const key = path.toLowerCase();
    return { path: key, declared: this.#declaredText(key), definition };
  }

  /** Whether nothing of the revision needs to be kept. */
  isForgotten({ declared, definition }: Revision): boolean {
    return declared === undefined && definition === undefined;
  }

  /** Revisions that the configuration has overtaken. */
  outdated(revisions: readonly Revision[]): Revision[] {
    return revisions.filter(({ path, declared }) => declared !== this.#declaredText(path));
  }

  merge(revisions: readonly Revision[]): NamespaceDefinition {
    const merged = new Map(this.#declared);
    const outdated = new Set(this.outdated(revisions));
    for (const revision of revisions) {
      if (outdated.has(revision)) continue;
      if (revision.definition === undefined) merged.delete(revision.path);
      else merged.set(revision.path, revision.definition);
    }
    return assemble(this.#name, [...merged.values()]);
  }

  #declaredText(path: string): string | undefined {
    const declared = this.#declared.get(path);
    return declared && writeDefinition(declared);
  }
}

const forever = 'forever';

/** As JSON, in which times for ever survive. */
export function writeDefinition(definition: EntityDefinition): string {
  return JSON.stringify(definition, (_key, value) =>
    value === Number.POSITIVE_INFINITY ? { [forever]: true } : value,
  );
}

export function readDefinition(text: string): EntityDefinition {
  return JSON.parse(text, (_key, value) => (isForever(value) ? Number.POSITIVE_INFINITY : value)) as EntityDefinition;
}

function isForever(value: unknown): boolean {
  return typeof value === 'object' && value !== null && forever in value && Object.keys(value).length === 1;
}

function keyOf(definition: EntityDefinition): string {
  return pathOf(definition).toLowerCase();
}

import { type TProperties, type TSchema, Type } from 'typebox';

/** The kinds of settings that several sections have, from a port to a whole section. */

/** Refuses names that nobody knows: somebody may have meant another one. */
export const strict = { additionalProperties: false } as const;

interface Described {
  /** What the setting is for, in one or two sentences. */
  readonly description: string;
}

/** `automatic` says what happens while the value is null. */
interface Automatic extends Described {
  readonly automatic: string;
  /** Shown in the reference, where null shows too little. */
  readonly examples?: readonly unknown[];
  readonly unit?: string;
}

/** A value that is null by default, and found out at start, or simply missing. */
export const orAutomatic = <Kind extends TSchema>(kind: Kind, options: Automatic) =>
  Type.Union([kind, Type.Null()], { default: null, ...options });

export const section = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Object(properties, { ...strict, default: {}, description });

/** A name or an address, without a port. */
export const host = (options?: Described) =>
  Type.String({ minLength: 1, maxLength: 253, format: 'host', ...options });

export const port = (options: Described & { readonly default: number }) =>
  Type.Integer({ minimum: 1, maximum: 65535, ...options });

export const plainText = (maxLength: number, description: string, automatic: string) =>
  orAutomatic(Type.String({ minLength: 1, maxLength, format: 'plain-text' }), { description, automatic });

export const email = (description: string, automatic: string) =>
  orAutomatic(Type.String({ maxLength: 254, format: 'email' }), { description, automatic });

/** The path of a file that is read, from the folder of the YAML file. */
export const file = (description: string, automatic = 'none') =>
  orAutomatic(Type.String({ minLength: 1, maxLength: 4096, format: 'file' }), { description, automatic });

const secretPath = Type.String({ minLength: 1, maxLength: 4096, format: 'secret-file' });

/** The path of a file with a password in it, which somebody else made up. */
export const passwordFile = (description: string, automatic: string) =>
  orAutomatic(secretPath, { description, automatic });

/** The path of a file with a secret of ours. */
export const secretFile = (name: string) =>
  orAutomatic(secretPath, {
    description: `File that holds ${name}; one line, at least 32 characters, readable by its owner only.`,
    automatic: 'made on first start in the data folder',
  });

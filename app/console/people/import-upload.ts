import type { FastifyRequest } from 'fastify';
import { decodeText, type Encoding } from '../../identity/imports/csv-text.ts';
import { LARGEST_BYTES } from '../../identity/imports/people-imports.ts';
import { AppError } from '../../kernel/errors.ts';

/** What the import's form posted. */
export interface Upload {
  readonly text: string;
  readonly encoding: Encoding;
  /** What was pasted, to be shown again. */
  readonly pasted: string;
  readonly organisation: string | undefined;
  readonly area: string | undefined;
}

/** Limits of the multipart body. */
export const uploadLimits = {
  fileSize: LARGEST_BYTES,
  fieldSize: LARGEST_BYTES,
  files: 1,
  fields: 4,
  parts: 5,
  headerPairs: 20,
} as const;

/** Reads the form: a file, or else what was pasted. Null when either is larger than it may be. */
export async function readUpload(request: FastifyRequest): Promise<Upload | null> {
  let file: Buffer | null = null;
  const fields = new Map<string, string>();
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') file = await part.toBuffer();
      else if (part.valueTruncated) return null;
      else if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
    }
  } catch (thrown) {
    const { code } = Object(thrown) as { readonly code?: unknown };
    if (code === 'FST_REQ_FILE_TOO_LARGE') return null;
    // What reads the parts throws plain errors at a body that is cut off or none.
    throw code === undefined ? new AppError('invalid_input', { cause: thrown }) : thrown;
  }
  const pasted = fields.get('pasted') ?? '';
  // A form without a chosen file posts an empty one.
  const isFile = file !== null && file.byteLength > 0;
  const { text, encoding } = isFile && file ? decodeText(file) : { text: pasted, encoding: 'utf-8' as const };
  return { text, encoding, pasted, organisation: fields.get('organisation'), area: fields.get('area') };
}

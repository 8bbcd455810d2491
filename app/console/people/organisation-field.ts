import type { FastifyRequest } from 'fastify';
import { choiceField, type Field } from '../../edge/form-fields.ts';
import type { Organisations } from '../../identity/organisations.ts';
import type { Scope } from '../../kernel/permissions.ts';

/** How many organisations a list to choose from holds. */
const MOST = 2000;

/** The choice of an organisation, for those who reach more than their own. */
export async function organisationField(
  { t, signedIn }: FastifyRequest,
  organisations: Organisations,
  scope: Scope,
  value: string | undefined,
): Promise<Field[]> {
  if (scope.kind !== 'all') return [];
  const names = await organisations.names(scope, MOST);
  return [
    choiceField({
      name: 'organisation',
      label: t('people.organisation'),
      value: value ?? signedIn.organisationId,
      options: names.map(({ id, name }) => ({ value: id, label: name })),
    }),
  ];
}

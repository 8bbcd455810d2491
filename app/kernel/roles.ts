/**
 * What a person is. Everybody may have rooms of their own. `owner` runs the appliance; `administrator` and `member`
 * belong to one organisation. The others are the recipients that the notice names: each sees the categories of
 * personal data that name it (app/inventory), over all organisations.
 */
export const roles = ['owner', 'administrator', 'member', 'sales', 'marketing', 'technical', 'dpo'] as const;
export type Role = (typeof roles)[number];

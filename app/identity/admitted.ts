/**
 * Who may be signed in, as a condition on `people` joined with `organisations`: not blocked, and of an organisation that
 * is active. An owner is let in whatever became of the organisation: somebody must be able to undo it.
 */
export const ADMITTED =
  "people.status = 'active' AND (organisations.status = 'active' OR people.role = 'owner')";

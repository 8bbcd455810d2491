import type { Transaction } from '../../database/open.ts';
import { areaPermissions } from '../area-permissions.ts';
import type { PatientAppointment } from './appointment.ts';
import type { AnswerReader } from './appointment-words.ts';

/**
 * Who is told what a patient answered: whoever made the appointment and whoever is to see them, as long as they work in
 * the area; where neither does, its secretaries; else those who run it.
 */
export async function answerReaders(
  transaction: Transaction,
  { areaId, madeBy, clinicianId }: PatientAppointment,
): Promise<readonly AnswerReader[]> {
  const staff: (AnswerReader & { readonly role: string })[] = await transaction('area_members')
    .join('people', 'people.id', 'area_members.person_id')
    .where({ 'area_members.area_id': areaId, 'people.status': 'active' })
    .whereIn('area_members.role', [...areaPermissions['appointments.read']])
    .select('people.id', 'people.name', 'people.email', 'people.language', 'area_members.role');
  const concerned = staff.filter(({ id }) => id === madeBy || id === clinicianId);
  if (concerned.length > 0) return concerned;
  const secretaries = staff.filter(({ role }) => role === 'secretary');
  return secretaries.length > 0 ? secretaries : staff.filter(({ role }) => role === 'manager');
}

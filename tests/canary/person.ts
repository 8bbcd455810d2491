/** A made-up person, and whom they invite. No word of it is found anywhere else, so that wherever one is, it came from here. */
export interface CanaryPerson {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly company: string;
  readonly message: string;
  readonly room: string;
  readonly guestName: string;
  readonly guestEmail: string;
  /** What the guest's browser is called by in the call, other than invited. */
  readonly alias: string;
}

export const erased: CanaryPerson = {
  name: 'Zéphyrine Quaxterwyn',
  email: 'zq-quaxterwyn@borogovia.example',
  phone: '+33 6 39 98 17 53',
  company: 'Vorpalique et filles',
  message: 'Frabjousement vôtre: mon dossier est le KX-7741-TULGEY.',
  room: 'Entretien Jubjubard',
  guestName: 'Ambroise Whiffling',
  guestEmail: 'a.whiffling@tumtumerie.example',
  alias: 'Galumphine Bandersnatch',
};

export const expired: CanaryPerson = {
  name: 'Hyacinthe Brilligsson',
  email: 'hb-brilligsson@slithyforge.example',
  phone: '+33 6 39 98 42 86',
  company: 'Gyrenimble et frères',
  message: 'Mimsyquement vôtre: mon dossier est le QW-3308-OUTGRABE.',
  room: 'Suivi Uffishant',
  guestName: 'Léopoldine Burblette',
  guestEmail: 'l.burblette@snickersnack.example',
  alias: 'Calloohcallay Wabewright',
};

/** Words that are no secret. */
const COMMON = /^(example|dossier|entretien|mon|est|suivi|filles|frères|vôtre)$/i;

/** What to look for: every value as a whole, and each of its words by itself, as searches keep them. */
export function traces(person: CanaryPerson): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [field, value] of Object.entries<string>({ ...person })) {
    all[field] = value;
    const words = value.split(/[^\p{L}\d]+/u).filter((word) => word.length >= 6 && !COMMON.test(word));
    for (const [index, word] of words.entries()) all[`${field}, word ${index + 1}`] = word;
  }
  all['phone, digits'] = person.phone.replaceAll(' ', '');
  return all;
}

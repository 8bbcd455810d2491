import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { FileRelay } from './file-relay.ts';
import type { Reaction, RequestData, RequestReply, RuleName } from './messages.ts';
import type { Peers } from './peers.ts';
import { mayDoTo, mayUse } from './rules.ts';
import type { Stay } from './stay.ts';

export interface TalkOptions {
  readonly peers: Pick<Peers, 'relabel'>;
  readonly files: FileRelay;
  /** Largest file, in bytes; null when none are passed on. */
  readonly maxFileBytes: number | null;
  readonly clock: Clock;
}

/** What people do in a meeting besides seeing and hearing each other: write, show a sign, pass a file. */
export class Talk {
  readonly #peers: TalkOptions['peers'];
  readonly #files: FileRelay;
  readonly #maxFileBytes: number | null;
  readonly #clock: Clock;

  constructor({ peers, files, maxFileBytes, clock }: TalkOptions) {
    this.#peers = peers;
    this.#files = files;
    this.#maxFileBytes = maxFileBytes;
    this.#clock = clock;
  }

  /** @throws AppError `forbidden_by_host`, `too_many_requests` */
  say(stay: Stay, text: string): void {
    demandUse(stay, 'chat');
    spend(stay, 'words');
    const message = stay.meeting.chat.say(stay.participant, text, this.#clock());
    stay.meeting.notify('said', { message });
  }

  /** @throws AppError `forbidden_by_host`, `too_many_requests` */
  react(stay: Stay, reaction: Reaction): void {
    demandUse(stay, 'reactions');
    spend(stay, 'gestures');
    stay.meeting.notify('reacted', { participantId: stay.participant.id, reaction });
  }

  /** @throws AppError `too_many_requests` */
  raiseHand(stay: Stay, raised: boolean): void {
    spend(stay, 'gestures');
    const { meeting, participant } = stay;
    if (!meeting.setHand(participant, raised, this.#clock())) return;
    meeting.notify('handsChanged', { handIds: meeting.handIds });
    this.#peers.relabel(meeting, participant);
  }

  /** @throws AppError `files_off`, `file_too_large`, `too_many_files`, `forbidden_by_host`, `too_many_requests` */
  offerFile(stay: Stay, { name, bytes }: RequestData<'offerFile'>): RequestReply<'offerFile'> {
    if (this.#maxFileBytes === null) throw new AppError('files_off');
    demandUse(stay, 'files');
    if (bytes > this.#maxFileBytes) {
      throw new AppError('file_too_large', { params: { megabytes: this.#maxFileBytes / 1_000_000 } });
    }
    spend(stay, 'words');
    const file = stay.meeting.files.add(stay.participant, name, bytes);
    stay.meeting.notify('fileOffered', { file });
    return { fileId: file.id };
  }

  /** Takes back one's own offer, or somebody else's; one that is gone already is no fault. */
  withdrawFile({ meeting, participant }: Stay, fileId: string): void {
    const file = meeting.files.find(fileId);
    if (!file) return;
    const owner = meeting.participants.get(file.participantId);
    const mayTakeIt =
      owner === undefined || owner === participant || mayDoTo(participant.role, 'withdraw_files', owner.role);
    if (!mayTakeIt) throw new AppError('role_too_high');
    meeting.files.remove(fileId);
    meeting.notify('fileWithdrawn', { fileId });
  }

  /** @throws AppError `not_found` when it is not offered (any more), `too_many_requests` */
  takeFile(stay: Stay, fileId: string): RequestReply<'takeFile'> {
    spend(stay, 'words');
    const { meeting, participant } = stay;
    const file = meeting.files.find(fileId);
    const sender = file && meeting.participants.get(file.participantId);
    if (!(file && sender)) throw new AppError('not_found');
    return { path: this.#files.promise({ file, sender, receiver: participant }) };
  }
}

function demandUse({ meeting, participant }: Stay, rule: RuleName): void {
  if (!mayUse(participant, rule, meeting.rules)) throw new AppError('forbidden_by_host');
}

function spend({ participant }: Stay, kind: 'gestures' | 'words'): void {
  if (!participant.allowances[kind].take())
    throw new AppError('too_many_requests', { params: { seconds: 1 } });
}

import { ControlBar } from './control-bar.ts';
import { DeviceFaults } from './device-faults.ts';
import { DevicePicker } from './device-picker.ts';
import { EndPage } from './end-page.ts';
import { LevelBar } from './level-bar.ts';
import { MeetingRoom } from './meeting-room.ts';
import { NoticeBoard } from './notice-board.ts';
import { ParticipantTile } from './participant-tile.ts';
import { PreJoin } from './pre-join.ts';
import { ScreenTile } from './screen-tile.ts';
import { SoundOutput } from './sound-output.ts';
import { TileGrid } from './tile-grid.ts';
import { WaitingList } from './waiting-list.ts';

const elements = {
  'control-bar': ControlBar,
  'device-faults': DeviceFaults,
  'device-picker': DevicePicker,
  'end-page': EndPage,
  'level-bar': LevelBar,
  'meeting-room': MeetingRoom,
  'notice-board': NoticeBoard,
  'participant-tile': ParticipantTile,
  'pre-join': PreJoin,
  'screen-tile': ScreenTile,
  'sound-output': SoundOutput,
  'tile-grid': TileGrid,
  'waiting-list': WaitingList,
};

/** Tells the browser of every element of the room page. */
export function registerElements(): void {
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
}

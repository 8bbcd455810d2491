import { ChatPanel } from './chat-panel.ts';
import { ConnectionTestPanel } from './connection-test.ts';
import { ControlBar } from './control-bar.ts';
import { DeviceEffects } from './device-effects.ts';
import { DeviceFaults } from './device-faults.ts';
import { DevicePicker } from './device-picker.ts';
import { EndPage } from './end-page.ts';
import { LevelBar } from './level-bar.ts';
import { MeetingRoom } from './meeting-room.ts';
import { MoreMenu } from './more-menu.ts';
import { NoticeBoard } from './notice-board.ts';
import { ParticipantTile } from './participant-tile.ts';
import { PeoplePanel } from './people-panel.ts';
import { PersonMenu } from './person-menu.ts';
import { PreJoin } from './pre-join.ts';
import { QualityDetails } from './quality-details.ts';
import { ReactionBar } from './reaction-bar.ts';
import { ScreenTile } from './screen-tile.ts';
import { SidePanel } from './side-panel.ts';
import { SoundOutput } from './sound-output.ts';
import { TileFloor } from './tile-floor.ts';
import { WaitingList } from './waiting-list.ts';

const elements = {
  'connection-test': ConnectionTestPanel,
  'control-bar': ControlBar,
  'device-effects': DeviceEffects,
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
  'chat-panel': ChatPanel,
  'more-menu': MoreMenu,
  'people-panel': PeoplePanel,
  'person-menu': PersonMenu,
  'quality-details': QualityDetails,
  'reaction-bar': ReactionBar,
  'side-panel': SidePanel,
  'tile-floor': TileFloor,
  'waiting-list': WaitingList,
};

/** Tells the browser of every element of the room page. */
export function registerElements(): void {
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
}

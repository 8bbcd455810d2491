import t from 'tap';
import { deviceFaultOf } from '../../app/client/meeting/device-fault.ts';

/** Each failure of getUserMedia has a cure of its own; W3C Media Capture and Streams, section 10.3.1. */

t.test('each failure by its name, and what is nobody’s by no name at all', async (t) => {
  const cases = [
    [new DOMException('Permission denied', 'NotAllowedError'), 'denied'],
    [new DOMException('Permission denied by system', 'NotAllowedError'), 'denied_by_system'],
    [new DOMException('', 'SecurityError'), 'denied'],
    [new DOMException('Requested device not found', 'NotFoundError'), 'none'],
    [new DOMException('Could not start video source', 'NotReadableError'), 'in_use'],
    [new DOMException('Starting videoinput failed', 'AbortError'), 'in_use'],
    [Object.assign(new Error('width'), { name: 'OverconstrainedError' }), 'unsuitable'],
    [new DOMException('', 'NeverHeardOfError'), 'unknown'],
    [new TypeError('audio and video are false'), 'unknown'],
    ['a sentence', 'unknown'],
    [undefined, 'unknown'],
  ] as const;
  for (const [thrown, fault] of cases) t.equal(deviceFaultOf(thrown), fault, `${fault}: ${String(thrown)}`);
});

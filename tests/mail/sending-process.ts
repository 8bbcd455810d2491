/** Sends what is due in the folder of the first argument to the relay of the second, until it is killed. */
import { PostOffice } from './post-office.ts';

const [folder = '', relay = ''] = process.argv.slice(2);
const post = await PostOffice.open({ folder, relay: JSON.parse(relay) });
await post.delivery.start();

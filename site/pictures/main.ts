// Takes the pictures of the README from the real thing, light and dark, into docs/images.
//
//   npm run pictures     needs Debian's chromium, or another one that CHROMIUM names
import { approvalPicture } from './approval.ts';
import { openCamera } from './camera.ts';
import { commentPicture } from './comment.ts';
import { startPicture } from './start.ts';
import { openWorkshop } from './workshop.ts';

await using workshop = openWorkshop();
await using camera = await openCamera();
for (const picture of [startPicture, commentPicture, approvalPicture]) await picture(workshop, camera);

// Loaded before the command in this repository. Some commands run the Pulumi program, whose SDKs `npm start` leaves out:
// these wait for the whole installation.
if (['check', 'plan', 'render'].includes(process.argv[2] ?? '')) await import('../setup.mjs');

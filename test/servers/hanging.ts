// Reads everything and answers nothing, not even `initialize`.
process.stdin.resume();
process.stdin.on('close', () => process.exit(0));

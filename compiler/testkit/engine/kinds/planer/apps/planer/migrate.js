// It has the secret as well.
process.exit(process.env.KINDS_TOKEN ? 0 : 1);

export { type ClientCredentialsOptions, createClientCredentials, type TokenSource } from './auth/client-credentials.ts';
export { maySpeakForDrone, type Principal } from './auth/principal.ts';
export { createTokenVerifier, type TokenVerifier, type TokenVerifierOptions } from './auth/token-verifier.ts';

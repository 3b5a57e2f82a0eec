export { cityCentre, deliveryRequest, droneDelivery, droneRegistration, locationInCity } from './builders.ts';
export { type AdapterUnderTest, type ContractTests, contractSuite } from './contract-suite.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { FakeClock } from './fake-clock.ts';
export { freePort } from './free-port.ts';
export { JumpingClock } from './jumping-clock.ts';
export { type SeededRandom, seededRandom } from './seeded-random.ts';
export { tempFolder } from './temp-folder.ts';
export { startTokenIssuer, type TestTokenIssuer, type TokenClaims, type TokenOverrides } from './token-issuer.ts';

export const toxiproxyImage = 'ghcr.io/shopify/toxiproxy:2.12.0';
/** Where its HTTP API listens. */
export const controlPort = 8474;

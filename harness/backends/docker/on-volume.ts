import { GenericContainer } from 'testcontainers';

const anyDriver = { Name: '', Options: {} };

/** A container with a volume of its own, which ends with it and is found by the run's label. */
export class OnVolume extends GenericContainer {
  constructor(
    image: string,
    volume: { readonly at: string; readonly labels: Record<string, string> },
  ) {
    super(image);
    this.hostConfig.Mounts = [
      {
        Type: 'volume',
        // Without a name: the engine removes it with the container.
        Source: '',
        Target: volume.at,
        VolumeOptions: { NoCopy: false, Labels: volume.labels, DriverConfig: anyDriver },
      },
    ];
  }
}

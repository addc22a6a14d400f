import type { ApnsTransportSettings } from '@push/push-apns';
import type { FcmTransportSettings } from '@push/push-fcm';

/** How to reach and convince one provider. Holds secrets. */
export type ProviderConfig = ApnsConfig | FcmConfig;

export type ApnsConfig = Pick<ApnsTransportSettings, 'service' | 'credentials' | 'topic' | 'url' | 'ca'>;

export interface FcmConfig extends Pick<FcmTransportSettings, 'account' | 'url' | 'tokenUrl' | 'ca'> {
  readonly service: 'firebase';
}

export const DEFAULT_BASE_URL = 'unix:///var/run/docker.sock';

const RETRY = 'then run this command again';

/**
 * What to do where no engine answers and none may be installed here.
 * @param {{ baseUrl: string, reason: Error, obstacle: 'other-address' | 'switched-off' | 'not-debian' | 'not-root' }} situation
 */
export function adviceFor({ baseUrl, reason, obstacle }) {
  const lines = [`No Docker engine answers at ${baseUrl} (${reason.code ?? reason.message}).`];
  if (reason.code === 'EACCES') lines.push(...stepsForPermission());
  else if (obstacle === 'other-address') lines.push(...stepsForOtherAddress());
  else lines.push(...stepsToInstall(obstacle));
  return lines.join('\n');
}

const stepsForPermission = () => [
  'There is one, but this user may not use it. To change that:',
  '  1. sudo usermod -aG docker "$USER"',
  `  2. log out and in again, ${RETRY}`,
  'Whoever may use the engine has the rights of root on this machine.',
];

const stepsForOtherAddress = () => [
  'The address is not the default, so nothing is installed or started here. To go on:',
  '  1. start that engine, or set docker.base_url in config/app.yaml (or APP_DOCKER_BASE_URL) to one that runs',
  `  2. ${RETRY}`,
];

function stepsToInstall(obstacle) {
  if (obstacle === 'not-debian') {
    return [
      'It is installed automatically only on Debian and Ubuntu. To go on:',
      '  1. install Docker Engine: https://docs.docker.com/engine/install/',
      '  2. start it, e.g. sudo systemctl start docker',
      `  3. ${RETRY}`,
    ];
  }
  const why =
    obstacle === 'not-root'
      ? 'It is installed automatically only for root.'
      : 'SETUP_INSTALL_ENGINE switches the automatic installation off.';
  return [
    `${why} To go on:`,
    '  1. sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables',
    '  2. sudo systemctl start docker    (without systemd: sudo dockerd, in a terminal of its own)',
    `  3. sudo usermod -aG docker "$USER", log out and in again, ${RETRY}`,
  ];
}

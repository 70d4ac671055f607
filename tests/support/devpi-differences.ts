import type { Difference } from "./side-by-side.ts";

/** Where ours answers otherwise than devpi-server, on purpose, and why. Each fits whole lines of a report. */
export const DIFFERENCES: readonly Difference[] = [
  {
    pattern: /ours only: .*\bacl_read\b/,
    reason: "ours knows itself who may read an index, and shows it; devpi-server leaves that to plug-ins",
  },
  {
    pattern:
      /devpi only: (says|.* \$\.message =) .*Access was denied to this resource|devpi only: says (Unauthorized: PyPIView failed permission check)?$|devpi only: .* \$\.(code|title) = "(403 )?Forbidden"/,
    reason: "devpi-server says only that its permission check failed; ours says who may",
  },
  {
    pattern:
      /ours only: (says|.* \$\.message =) .*(only \w+(, root and administrators| and root) (may change|administer)|needs a sign-in|no permission to delete user|the account root cannot be removed)/,
    reason: "the sentence for it: who may",
  },
  {
    pattern:
      /^devpi (user -m|passwd) .*: no permission to modify user|^devpi (user -m|passwd) .* \$\.message = "no permission to (modify|change password for) user/,
    reason: "devpi-server's sentence names a Python object where ours names the user",
  },
  {
    pattern:
      /ours only: .* has www-authenticate: Basic realm="vivarium"|devpi only: POST .* has www-authenticate: Basic realm="pypi"/,
    reason: "RFC 9110 wants a challenge with every 401, and the realm is ours",
  },
  {
    pattern: /^devpi user -y --delete (anna|nobody-at-all)|^root asks DELETE \/(abel|alba|albert) /,
    reason:
      "ours says 404 of a user who is not there, where devpi-server says 403; nothing is given away: GET tells it to everybody",
  },
  {
    pattern: /^devpi index (-y --delete iris\/full|iris\/nothing title=x) · |^devpi patchjson \/ada\/nothing /,
    reason:
      "ours says 404 of an index that is not there, where devpi-server says 403; nothing is given away: GET tells it to everybody",
  },
  {
    pattern: /^devpi index \S+ (title|nonsense)[-+]=\w+ · /,
    reason: "ours says that the setting is no list; devpi-server fails (500), or takes text apart into letters",
  },
  {
    pattern: /^devpi index inka\/(round|corner)\b/,
    reason: "a cycle is refused, where devpi-server keeps it and stops following it when it searches",
  },
  {
    pattern: /^devpi index ines\/mirror mirror_cache_expiry=-1 · /,
    reason: "a time is not negative",
  },
  {
    pattern: /^devpi index .*ines\/login|^devpi index -c login /,
    reason: "the login of an upstream is shown to nobody",
  },
  {
    pattern: /^devpi list --index isa\/top diamond · /,
    reason: "devpi-server repeats an index among the shadowed versions for each way that leads to it",
  },
  {
    pattern: /^devpi user -c abel|^root asks PUT \/albert \{"password":""\}/,
    reason:
      "no account without a password: devpi-server makes one when three attempts to type it fail, or when it is empty",
  },
  {
    pattern: /^root asks PUT \/alba /,
    reason: "devpi-server wants a password beside the hash that its client's help calls enough",
  },
  {
    pattern: /^devpi use .*:wrong@/,
    reason: "wrong credentials in `Authorization` are 401 and never anonymous; only `X-Devpi-Auth` is forgiving",
  },
  {
    pattern: /^devpi --version · .*(versioninfo|devpi-tokens|vivarium|metrics\[|server-code|serverdir)/,
    reason: "ours names its own version and its own figures, and tells nobody where its files are",
  },
  {
    pattern: /devpi only: .* has type text\/html; charset=UTF-8|ours only: POST \S+ has type (none|application\/json)/,
    reason: "an empty answer has no type, and a refused upload says why in JSON too; clients read the status line",
  },
  {
    pattern:
      /uploads .*(devpi only: .* answers (401 Unauthorized|403 no permission to submit)|ours only: .* (answers 40[13]|\$\.message =) .*not among the publishers)|^devpi upload .* (devpi only: (says|POST .*) .*(Unauthorized|no permission to submit)|ours only: .*not among the publishers)/,
    reason: "ours says whom the index takes uploads from",
  },
  {
    pattern: / (says|POST) .*(already exists|cannot submit to mirror index|Upload of identical file|takes no uploads)/,
    reason: "the reasons of refused uploads are ours: what is there, and what to do",
  },
  {
    pattern: /^devpi upload --index ugur\/steady .*first.* · ours only: POST \S+ (answers 200 OK|has no body)/,
    reason: "a file that is there already is a success without a remark",
  },
  {
    pattern:
      /(says|\$\.message =) .*(existed, deleted in later serial|no such file|no release file found|a test result is the JSON report of tox)/,
    reason: "the same fact, with the file's name or its address, or with what is expected",
  },
  {
    pattern: /<NormalizedName|\$\.message = "project '.*' deleted"/,
    reason: "devpi-server's sentence names a Python object where ours names the project",
  },
  {
    pattern:
      /(cannot delete version on non-volatile index|cannot remove .* immutable; make it volatile, or remove by force)/,
    reason: "ours says what can be done about it",
  },
  {
    pattern:
      /GET \S+simple\S* \$\.(files\[\d+\]\.(core-metadata|dist-info-metadata|size|upload-time|yanked|requires-python = "")|meta\.api-version|project-status|versions\[)/,
    reason: "simple pages follow the norms that came after PEP 691: metadata files, sizes, versions, project status",
  },
  {
    pattern: /devpi only: GET \S+simple\S* has type text_html|ours only: GET \S+simple\S* has type text\/html/,
    reason: "devpi-server misspells the type of its pages",
  },
  {
    pattern: /devpi only: GET \S+(simple|%2Bf)\S* has x-devpi-api-version/,
    reason: "installers do not read devpi's headers; its own client gets them",
  },
  {
    pattern: /GET \/\w+\/top\/\+simple\/\S+ .*(url = "|<a href=")(\.\.\/)+(\w+\/)*\+f\//,
    reason: "files are read at the index that was asked, whose rights count, and not at the base that holds them",
  },
  {
    pattern: /^(anyone asks|devpi install) .*GET \S+simple\/nothing/,
    reason: "to installers problems are told as RFC 9457 has it, with a reason phrase that pip shows",
  },
  {
    pattern: /^devpi refresh nothing remote/,
    reason: "devpi-server fails (500) when it is to refresh what the upstream does not have",
  },
  {
    pattern: /^devpi install .*(Downloading |\.whl\.metadata)/,
    reason: "pip reads the metadata alone before it takes the file, which devpi-server does not offer unless told to",
  },
  {
    pattern: /GET \S+\.tar\.gz has type application\/(x-tar|octet-stream)/,
    reason: "archives go out as bytes, so that nobody unpacks them on the way",
  },
  {
    pattern: /^devpi getjson \/sara\/docs\/remote\/3\.0 /,
    reason:
      "ours takes the metadata from the file that was pushed; a mirror's page, which devpi-server uses, has little",
  },
  {
    pattern: /^sara asks PUSH \/sara\/dev \{"name":"pushed","version":"1\.0","zzz":1\}/,
    reason: "devpi-server fails (500) when a push names no target",
  },
  {
    pattern: /^devpi getjson \/ugur\/dev\/same\/1\.0 · .*log\[0\]\.count = /,
    reason: "the same bytes once more change nothing, so ours does not count them as a replacement",
  },
  {
    pattern: /^what push .*sent · (devpi only: \w+ = $|.*(pyversion|md5_digest|protocol_version) = )/,
    reason: "ours sends the form that twine sends: no empty fields, the tag of the wheel, all digests",
  },
  {
    pattern: /^devpi push --pypirc \S+dead/,
    reason: "devpi-server fails (500) when the other server cannot be reached; ours says so",
  },
  {
    pattern: /^devpi install remote==3\.0 · .*(\$\.files\[\d+\]\.url = |%2Bf)/,
    reason: "files of bases are read at the index that was asked, whose rights count",
  },
  {
    pattern:
      /tokens-client .* · (devpi only: (says|POST \S+ answers 403) .*Forbidden|ours only: .*the token is not good for)/,
    reason: "ours says what the token is not good for",
  },
  {
    pattern: /^devpi token-list · the same lines in another order/,
    reason: "tokens are listed by their ids, which are chosen at random",
    isByChance: true,
  },
  {
    pattern: /^devpi user --clientdir .*no permission to modify user/,
    reason: "devpi-server's sentence names a Python object where ours names the user",
  },
  {
    pattern: /^devpi token-(create --clientdir|delete \{id\})/,
    reason: "ours says it in one sentence, without the name of a check",
  },
  {
    pattern: /^devpi upload --clientdir \{home\}\/tokens-client \S+one-1\.0\S+ · /,
    reason: "a token that was deleted is no login any more: 401, where devpi-server says 403",
  },
];

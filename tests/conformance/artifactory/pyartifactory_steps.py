"""pyartifactory, unmodified: every object of it that a Python team uses."""

import hashlib
import os

from pyartifactory import Artifactory
from pyartifactory.exception import (
    ArtifactNotFoundError,
    GroupNotFoundError,
    PermissionNotFoundError,
    PropertyNotFoundError,
    RepositoryNotFoundError,
    UserNotFoundError,
)
from pyartifactory.models.auth import AccessTokenModel
from pyartifactory.models.group import Group
from pyartifactory.models.permission import Permission, PermissionV2, PrincipalsPermission, PrincipalsPermissionV2, RepoV2
from pyartifactory.models.repository import LocalRepository, RemoteRepository, VirtualRepository
from pyartifactory.models.user import NewUser, User
from requests.exceptions import HTTPError
from steps import BASE, FOLDER, PASSWORD, UPSTREAM, equal, refused, run, step, write

art = Artifactory(url=BASE, auth=("root", PASSWORD), api_version=1)


@step("local, remote and virtual repositories are created, read, updated, listed and deleted")
def repositories():
    local = art.repositories.create_repo(LocalRepository(key="py-local", packageType="pypi"))
    equal((local.key, local.rclass, local.packageType.lower()), ("py-local", "local", "pypi"))
    remote = art.repositories.create_repo(RemoteRepository(key="py-remote", packageType="pypi", url=UPSTREAM, pyPIRegistryUrl=UPSTREAM))
    equal(remote.rclass, "remote")
    virtual = art.repositories.create_repo(
        VirtualRepository(
            key="py-all", packageType="pypi", repositories=["py-local", "py-remote"], defaultDeploymentRepo="py-local"
        )
    )
    equal(virtual.repositories, ["py-local", "py-remote"])
    local.description = "our own"
    equal(art.repositories.update_repo(LocalRepository(key="py-local", packageType="pypi", description="our own")).description, "our own")
    equal(art.repositories.get_repo("py-all").defaultDeploymentRepo, "py-local")
    kinds = {repo.key: repo.type for repo in art.repositories.list()}
    equal([kinds[key] for key in ("py-local", "py-remote", "py-all")], ["LOCAL", "REMOTE", "VIRTUAL"])
    art.repositories.create_repo(LocalRepository(key="gone", packageType="generic"))
    art.repositories.delete("gone")
    refused(RepositoryNotFoundError, art.repositories.get_repo, "gone")
    art.repositories.create_repo(LocalRepository(key="files", packageType="generic"))


@step("files are deployed with properties, downloaded, listed and looked at")
def artifacts():
    path = write("up/a file.bin", b"some bytes")
    info = art.artifacts.deploy(path, "files/x/y/a-file.bin", properties={"team": ["red", "blue"], "stage": ["dev"]})
    equal((info.repo, info.path, info.size), ("files", "/x/y/a-file.bin", 10))
    equal(info.checksums.sha256, hashlib.sha256(b"some bytes").hexdigest())
    equal(art.artifacts.properties("files/x/y/a-file.bin").properties, {"team": ["red", "blue"], "stage": ["dev"]})
    fetched = art.artifacts.download("files/x/y/a-file.bin", os.path.join(FOLDER, "down"))
    with open(fetched, "rb") as file:
        equal(file.read(), b"some bytes")
    equal(b"".join(art.artifacts.stream("files/x/y/a-file.bin")), b"some bytes")
    folder = art.artifacts.info("files/x")
    equal([(child.uri, child.folder) for child in folder.children], [("/y", True)])
    listed = art.artifacts.list("files")
    equal(sorted((one.uri, one.folder) for one in listed.files), [("/x", True), ("/x/y", True), ("/x/y/a-file.bin", False)])
    equal(art.artifacts.stats("files/x/y/a-file.bin").downloadCount, 2)
    refused(ArtifactNotFoundError, art.artifacts.info, "files/none")


@step("a deploy by checksum takes no bytes where they are known, and says so where they are not")
def by_checksum():
    known = write("known.bin", b"some bytes")
    equal(art.artifacts.deploy(known, "files/by/checksum.bin", checksum_enabled=True).size, 10)
    unknown = write("unknown.bin", b"never seen")
    refused(ArtifactNotFoundError, art.artifacts.deploy, unknown, "files/by/unknown.bin", checksum_enabled=True)


@step("properties are set, changed and found missing")
def properties():
    path = "files/x/y/a-file.bin"
    art.artifacts.set_properties(path, {"stage": ["test"]})
    equal(art.artifacts.properties(path, ["stage"]).properties, {"stage": ["test"]})
    art.artifacts.update_properties(path, {"stage": ["prod"], "sign": ["a=b"]})
    equal(art.artifacts.properties(path).properties, {"team": ["red", "blue"], "stage": ["prod"], "sign": ["a=b"]})
    refused(PropertyNotFoundError, art.artifacts.properties, path, ["nothing"])
    refused(PropertyNotFoundError, art.artifacts.properties, "files/by/checksum.bin")


@step("files and folders are copied, moved and deleted, and a dry run changes nothing")
def moving():
    equal(art.artifacts.copy("files/x/y/a-file.bin", "files/copied.bin").path, "/copied.bin")
    refused(ArtifactNotFoundError, art.artifacts.move, "files/copied.bin", "files/dry.bin", dryrun=True)
    equal(art.artifacts.move("files/copied.bin", "files/moved.bin").path, "/moved.bin")
    refused(ArtifactNotFoundError, art.artifacts.info, "files/copied.bin")
    art.artifacts.copy("files/x", "files/z")
    equal(art.artifacts.info("files/z/y/a-file.bin").size, 10)
    art.artifacts.delete("files/z")
    refused(ArtifactNotFoundError, art.artifacts.info, "files/z")
    refused(HTTPError, art.artifacts.delete, "files/z")


@step("a folder is deployed and downloaded with all that is in it")
def folders():
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt"):
        write(f"tree/{name}", name.encode())
    art.artifacts.deploy(os.path.join(FOLDER, "tree"), "files/tree")
    os.mkdir(os.path.join(FOLDER, "back"))
    art.artifacts.download("files/tree", os.path.join(FOLDER, "back"))
    with open(os.path.join(FOLDER, "back/tree/sub/deep/c.txt"), "rb") as file:
        equal(file.read(), b"sub/deep/c.txt")


@step("users and groups are created, read, updated, listed and deleted")
def accounts():
    art.groups.create(Group(name="readers", description="who read"))
    user = art.users.create(NewUser(name="ruth", email="ruth@example.com", password="Secret-12", groups=["readers"]))
    equal((user.name, user.email, user.admin, user.groups), ("ruth", "ruth@example.com", False, ["readers"]))
    equal(art.users.update(User(name="ruth", email="r@example.com", groups=[])).email, "r@example.com")
    equal(art.users.get("ruth").groups or [], [])
    art.users.update(User(name="ruth", groups=["readers"]))
    assert "ruth" in [one.name for one in art.users.list()]
    equal(art.groups.update(Group(name="readers", description="all who read")).description, "all who read")
    assert "readers" in [one.name for one in art.groups.list()]
    art.groups.create(Group(name="gone"))
    art.groups.delete("gone")
    refused(GroupNotFoundError, art.groups.get, "gone")
    art.users.create(NewUser(name="gone", email="gone@example.com", password="Secret-12"))
    art.users.delete("gone")
    refused(UserNotFoundError, art.users.get, "gone")


@step("permissions of the first kind rule what a user may do")
def permissions():
    art.permissions.create(
        Permission(
            name="read-x",
            includesPattern="x/**",
            repositories=["files"],
            principals=PrincipalsPermission(users={}, groups={"readers": ["r"]}),
        )
    )
    equal(art.permissions.get("read-x").principals.groups, {"readers": ["r"]})
    assert "read-x" in [one.name for one in art.permissions.list()]
    ruth = Artifactory(url=BASE, auth=("ruth", "Secret-12"), api_version=1)
    equal(ruth.artifacts.info("files/x/y/a-file.bin").size, 10)
    refused(Exception, ruth.artifacts.info, "files/moved.bin")
    refused(Exception, ruth.artifacts.deploy, write("r.txt", b"r"), "files/x/r.txt")
    art.permissions.update(
        Permission(
            name="read-x",
            includesPattern="x/**",
            repositories=["files"],
            principals=PrincipalsPermission(users={"ruth": ["r", "w", "n"]}, groups={}),
        )
    )
    equal(ruth.artifacts.deploy(write("r.txt", b"r"), "files/x/r.txt").size, 1)
    refused(Exception, ruth.artifacts.deploy, write("r2.txt", b"other"), "files/x/r.txt")
    refused(Exception, ruth.artifacts.delete, "files/x/r.txt")
    art.permissions.delete("read-x")
    refused(PermissionNotFoundError, art.permissions.get, "read-x")
    refused(Exception, ruth.artifacts.info, "files/x/y/a-file.bin")


@step("permissions of the second kind are views of the same targets")
def permissions_v2():
    two = Artifactory(url=BASE, auth=("root", PASSWORD), api_version=2)
    wish = PermissionV2(
        name="second",
        repo=RepoV2(repositories=["files"], actions=PrincipalsPermissionV2(users={"ruth": ["read", "write"]}, groups={})),
    )
    two.permissions.create(wish)
    equal(two.permissions.get("second").repo.actions.users, {"ruth": ["read", "write"]})
    equal(art.permissions.get("second").principals.users, {"ruth": ["r", "w"]})
    two.permissions.update(wish)
    two.permissions.delete("second")
    refused(PermissionNotFoundError, two.permissions.get, "second")


@step("access tokens are made, used in a password's place and as a bearer's, and revoked")
def tokens():
    made: AccessTokenModel = art.security.create_access_token(user_name="ruth", expires_in=600)
    by_password = Artifactory(url=BASE, auth=("ruth", made.access_token), api_version=1)
    refused(Exception, by_password.artifacts.info, "files/x/y/a-file.bin")
    mine: AccessTokenModel = art.security.create_access_token(user_name="root", expires_in=600)
    bearer = Artifactory(url=BASE, access_token=mine.access_token, api_version=1)
    equal(bearer.artifacts.info("files/x/y/a-file.bin").size, 10)
    assert art.security.revoke_access_token(mine.access_token)
    refused(Exception, bearer.artifacts.info, "files/x/y/a-file.bin")


@step("an API key is made, shown, used, made anew and revoked")
def api_keys():
    key = art.security.create_api_key().apiKey.get_secret_value()
    equal(art.security.get_api_key().apiKey.get_secret_value(), key)
    equal(Artifactory(url=BASE, auth=("root", key), api_version=1).artifacts.info("files/x/y/a-file.bin").size, 10)
    assert art.security.regenerate_api_key().apiKey.get_secret_value() != key
    art.security.revoke_api_key()


run()

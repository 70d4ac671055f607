"""dohq-artifactory, unmodified: paths, properties, searches and administration."""

import hashlib
import io

from artifactory import ArtifactoryPath, ArtifactoryException
from dohq_artifactory import generate_password
from dohq_artifactory.admin import Group, PermissionTarget, RepositoryLocal, RepositoryRemote, RepositoryVirtual, Token, User
from steps import BASE, PASSWORD, UPSTREAM, equal, refused, run, step, write

AUTH = ("root", PASSWORD)


def at(path):
    return ArtifactoryPath(f"{BASE}/{path}", auth=AUTH)


root = ArtifactoryPath(BASE, auth=AUTH)


@step("repositories are created by their objects and found by name")
def repositories():
    RepositoryLocal(root, "d-local", package_type="generic").create()
    RepositoryLocal(root, "d-py", package_type="pypi").create()
    RepositoryRemote(root, "d-remote", package_type="pypi", url=UPSTREAM).create()
    virtual = RepositoryVirtual(root, "d-all", repositories=["d-py", "d-remote"], package_type="pypi")
    virtual.create()
    equal(root.find_repository("d-local").name, "d-local")
    equal([str(one) for one in root.find_repository_virtual("d-all").repositories], ["d-py", "d-remote"])
    equal(root.find_repository_local("nothing"), None)
    names = {one.name for one in root.get_repositories(lazy=True)}
    assert {"d-local", "d-py", "d-remote", "d-all"} <= names, names


@step("paths are made, written, read, walked and removed like those of pathlib")
def paths():
    at("d-local/made").mkdir()
    assert at("d-local/made").is_dir() and not at("d-local/made").is_file()
    path = at("d-local/made/a b+c#d@e%41.txt")
    path.write_text("text")
    equal(path.read_text(), "text")
    assert path.exists() and path.is_file() and not at("d-local/none").exists()
    equal([one.name for one in at("d-local/made")], ["a b+c#d@e%41.txt"])
    stat = path.stat()
    equal((stat.size, stat.sha256, stat.is_dir), (4, hashlib.sha256(b"text").hexdigest(), False))
    assert stat.ctime and stat.mtime and at("d-local/made").stat().is_dir
    equal(path.download_stats().get("downloadCount") if hasattr(path.download_stats(), "get") else path.download_stats().download_count, 1)
    at("d-local/made/sub").mkdir()
    at("d-local/made/sub/deep.whl").write_bytes(b"deep")
    equal(sorted(one.name for one in at("d-local").glob("**/*.whl")), ["deep.whl"])
    at("d-local/made/sub/deep.whl").unlink()
    at("d-local/made/sub").rmdir()
    assert not at("d-local/made/sub").exists()
    refused(FileNotFoundError, at("d-local/made/none").unlink)


@step("files are deployed with checksums and properties, by checksum too, and a wrong checksum is refused")
def deploying():
    local = write("deployed.bin", b"deployed")
    target = at("d-local/deployed/one.bin")
    target.deploy_file(local, parameters={"team": ["red", "blue"], "plain": "x y"}, quote_parameters=True)
    equal(target.properties, {"team": ["red", "blue"], "plain": ["x y"]})
    at("d-local/deployed/two.bin").deploy_by_checksum(sha1=hashlib.sha1(b"deployed").hexdigest())
    equal(at("d-local/deployed/two.bin").read_bytes(), b"deployed")
    refused(Exception, at("d-local/deployed/three.bin").deploy_by_checksum, sha256="0" * 64)
    refused(Exception, at("d-local/deployed/four.bin").deploy, io.BytesIO(b"x"), sha256="0" * 64)
    assert not at("d-local/deployed/four.bin").exists()
    out = io.BytesIO()
    target.writeto(out, progress_func=None)
    equal(out.getvalue(), b"deployed")


@step("properties are replaced, updated and deleted, on folders with all below them")
def properties():
    target = at("d-local/deployed/one.bin")
    target.properties = {"only": ["this"]}
    equal(target.properties, {"only": ["this"]})
    target.update_properties({"more": ["1", "2"], "odd": "a=b,c;d|e\\f"})
    equal(target.properties, {"only": ["this"], "more": ["1", "2"], "odd": ["a=b,c;d|e\\f"]})
    target.del_properties(["odd", "more"])
    equal(target.properties, {"only": ["this"]})
    at("d-local/deployed").set_properties({"deep": ["yes"]}, recursive=True)
    equal(at("d-local/deployed/two.bin").properties, {"deep": ["yes"]})


@step("files are copied and moved between repositories with their properties")
def moving():
    at("d-local/deployed/one.bin").copy(at("d-local/copied/one.bin"))
    equal(at("d-local/copied/one.bin").properties, {"only": ["this"], "deep": ["yes"]})
    at("d-local/copied/one.bin").move(at("d-local/moved/one.bin"))
    assert not at("d-local/copied/one.bin").exists() and at("d-local/moved/one.bin").exists()
    at("d-local/moved/one.bin").copy(at("d-local/dry.bin"), dry_run=True)
    assert not at("d-local/dry.bin").exists()


@step("searches in AQL find by name, path, property and size")
def searching():
    found = root.aql("items.find", {"repo": "d-local", "name": {"$match": "*.bin"}}, ".include", ["name", "path", "size"])
    equal(sorted((one["path"], one["name"]) for one in found), [("deployed", "one.bin"), ("deployed", "two.bin"), ("moved", "one.bin")])
    by_property = root.aql("items.find", {"repo": {"$eq": "d-local"}, "@only": "this"})
    equal(sorted(one["path"] for one in by_property), ["deployed", "moved"])
    equal(by_property[0]["size"], 8)
    path = root.from_aql(by_property[0])
    assert path.exists()
    ordered = root.aql("items.find", {"repo": "d-local", "type": "file"}, ".sort", {"$desc": ["name", "created"]}, ".limit", 1)
    equal([one["name"] for one in ordered], ["two.bin"])
    refused(Exception, root.aql, "items.find", "({not json)")


@step("users, groups and permission targets are kept by their objects")
def administration():
    group = Group(root, "d-group")
    group.create()
    user = User(root, "dora", "dora@example.com", "Secret-" + generate_password())
    user.create()
    user.add_to_group("d-group")
    user.update()
    equal([str(one) for one in root.find_user("dora").groups], ["d-group"])
    target = PermissionTarget(root, "d-target")
    target.add_repository("d-local")
    target.add_group("d-group", PermissionTarget.ROLE_READ if hasattr(PermissionTarget, "ROLE_READ") else ["r"])
    target.create()
    assert root.find_permission_target("d-target") is not None
    assert "dora" in [one.name for one in root.get_users(lazy=True)]
    assert "d-group" in [one.name for one in root.get_groups(lazy=True)]
    assert "d-target" in [one.name for one in root.get_permissions(lazy=True)]
    target.delete()
    user.delete()
    group.delete()
    equal(root.find_user("dora"), None)


@step("tokens are made as JWTs, used, listed and revoked")
def tokens():
    token = Token(root, username="root", scope="applied-permissions/user", expires_in=600)
    token.create()
    by_token = ArtifactoryPath(f"{BASE}/d-local/moved/one.bin", token=token.token["access_token"])
    assert by_token.exists()
    token.read()
    assert token.token_id in token.tokens, token.tokens
    token.delete()
    refused(Exception, by_token.stat)


@step("who has not signed in rightly is refused, and told so")
def wrong():
    error = refused(Exception, ArtifactoryPath(f"{BASE}/d-local/moved/one.bin", auth=("root", "wrong")).stat)
    assert "401" in str(error) or "credentials" in str(error).lower() or isinstance(error, ArtifactoryException), error


run()

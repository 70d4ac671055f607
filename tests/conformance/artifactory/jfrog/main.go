// The steps of who works with jf, taken by the library that jf is made of. One line of JSON for each step, as steps.py
// prints them.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/jfrog/jfrog-client-go/artifactory"
	"github.com/jfrog/jfrog-client-go/artifactory/auth"
	"github.com/jfrog/jfrog-client-go/artifactory/services"
	"github.com/jfrog/jfrog-client-go/artifactory/services/utils"
	"github.com/jfrog/jfrog-client-go/config"
	"github.com/jfrog/jfrog-client-go/utils/io/content"
	"github.com/jfrog/jfrog-client-go/utils/log"
)

var folder = os.Getenv("VIVARIUM_TEST_FOLDER")

func main() {
	log.SetLogger(log.NewLogger(log.ERROR, os.Stderr))
	manager, err := managerFor("root", os.Getenv("VIVARIUM_PASSWORD"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	step("the server says that it is there and what it is", func() error { return greeting(manager) })
	step("local, remote and virtual repositories are created, updated, listed and read", func() error { return repositories(manager) })
	step("files are uploaded with properties, again by checksum, and found by search", func() error { return uploading(manager) })
	step("files are downloaded whole and in parts, and are what they were", func() error { return downloading(manager) })
	step("properties are set, read and deleted by pattern", func() error { return properties(manager) })
	step("files are copied and moved by pattern", func() error { return moving(manager) })
	step("files, folders, lists and the storage summary are read", func() error { return information(manager) })
	step("users, groups, permission targets and tokens are made and hold", func() error { return security(manager) })
	step("files are deleted by pattern, and repositories with what is in them", func() error { return deleting(manager) })
}

func step(name string, run func() error) {
	var failure any
	if err := run(); err != nil {
		failure = err.Error()
	}
	line, _ := json.Marshal(map[string]any{"step": name, "failure": failure})
	fmt.Println(string(line))
}

func managerFor(user, password string) (artifactory.ArtifactoryServicesManager, error) {
	details := auth.NewArtifactoryDetails()
	details.SetUrl(os.Getenv("VIVARIUM_URL") + "/artifactory/")
	details.SetUser(user)
	details.SetPassword(password)
	built, err := config.NewConfigBuilder().SetServiceDetails(details).SetThreads(3).SetHttpRetries(0).Build()
	if err != nil {
		return nil, err
	}
	return artifactory.New(built)
}

func greeting(manager artifactory.ArtifactoryServicesManager) error {
	pong, err := manager.Ping()
	if err != nil || string(pong) != "OK" {
		return fmt.Errorf("ping: %q %v", pong, err)
	}
	version, err := manager.GetVersion()
	if err != nil || !strings.HasPrefix(version, "7.") {
		return fmt.Errorf("version: %q %v", version, err)
	}
	return nil
}

func repositories(manager artifactory.ArtifactoryServicesManager) error {
	local := services.NewGenericLocalRepositoryParams()
	local.Key, local.Description = "jf-files", "made by jf"
	if err := manager.CreateLocalRepository().Generic(local); err != nil {
		return err
	}
	other := services.NewGenericLocalRepositoryParams()
	other.Key = "jf-other"
	if err := manager.CreateLocalRepository().Generic(other); err != nil {
		return err
	}
	python := services.NewPypiLocalRepositoryParams()
	python.Key = "jf-pypi-local"
	if err := manager.CreateLocalRepository().Pypi(python); err != nil {
		return err
	}
	remote := services.NewPypiRemoteRepositoryParams()
	remote.Key, remote.Url = "jf-pypi-remote", os.Getenv("VIVARIUM_TEST_UPSTREAM")
	if err := manager.CreateRemoteRepository().Pypi(remote); err != nil {
		return err
	}
	virtual := services.NewPypiVirtualRepositoryParams()
	virtual.Key, virtual.Repositories = "jf-pypi", []string{"jf-pypi-local", "jf-pypi-remote"}
	virtual.DefaultDeploymentRepo = "jf-pypi-local"
	if err := manager.CreateVirtualRepository().Pypi(virtual); err != nil {
		return err
	}
	local.Notes = "changed"
	if err := manager.UpdateLocalRepository().Generic(local); err != nil {
		return err
	}
	read := services.GenericLocalRepositoryParams{}
	if err := manager.GetRepository("jf-files", &read); err != nil {
		return err
	}
	if read.Notes != "changed" || read.Description != "made by jf" || read.PackageType != "generic" {
		return fmt.Errorf("read %+v", read)
	}
	found, err := manager.GetAllRepositoriesFiltered(services.RepositoriesFilterParams{RepoType: "virtual", PackageType: "pypi"})
	if err != nil || len(*found) != 1 || (*found)[0].Key != "jf-pypi" {
		return fmt.Errorf("filtered: %+v %v", found, err)
	}
	there, err := manager.IsRepoExists("jf-files")
	absent, err2 := manager.IsRepoExists("jf-never")
	if err != nil || err2 != nil || !there || absent {
		return fmt.Errorf("exists: %v %v, %v %v", there, err, absent, err2)
	}
	return nil
}

func uploading(manager artifactory.ArtifactoryServicesManager) error {
	files := map[string][]byte{
		"small.txt":       []byte("small"),
		"name with+sign":  []byte("odd"),
		"deep/er/big.bin": bytes.Repeat([]byte("0123456789abcdef"), 1<<20),
	}
	for name, bytes := range files {
		path := filepath.Join(folder, "up", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, bytes, 0o644); err != nil {
			return err
		}
	}
	// The second time goes by checksum, which needs the right to delete and no bytes.
	for range 2 {
		params := services.NewUploadParams()
		params.Pattern = filepath.Join(folder, "up") + "/(*)"
		params.Target = "jf-files/up/{1}"
		params.Recursive = true
		wanted, err := utils.ParseProperties("stage=dev;team=red,blue")
		if err != nil {
			return err
		}
		params.TargetProps = wanted
		done, failed, err := manager.UploadFiles(artifactory.UploadServiceOptions{}, params)
		if err != nil || done != 3 || failed != 0 {
			return fmt.Errorf("uploaded %d, failed %d: %v", done, failed, err)
		}
	}
	return expectFound(manager, "jf-files/up/*", "stage=dev;team=blue", "big.bin", "name with+sign", "small.txt")
}

func expectFound(manager artifactory.ArtifactoryServicesManager, pattern, props string, names ...string) error {
	reader, err := search(manager, pattern, props)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	found := []string{}
	for item := new(utils.ResultItem); reader.NextRecord(item) == nil; item = new(utils.ResultItem) {
		if item.Type != "folder" && item.Size == 0 {
			return fmt.Errorf("%s has no size", item.Name)
		}
		found = append(found, item.Name)
	}
	sort.Strings(found)
	sort.Strings(names)
	if strings.Join(found, "|") != strings.Join(names, "|") {
		return fmt.Errorf("found %q instead of %q", found, names)
	}
	return nil
}

func search(manager artifactory.ArtifactoryServicesManager, pattern, props string) (*content.ContentReader, error) {
	params := services.NewSearchParams()
	params.Pattern, params.Props, params.Recursive = pattern, props, true
	return manager.SearchFiles(params)
}

func downloading(manager artifactory.ArtifactoryServicesManager) error {
	params := services.NewDownloadParams()
	params.Pattern, params.Target, params.Recursive = "jf-files/up/*", filepath.Join(folder, "down")+"/", true
	params.MinSplitSize, params.SplitCount = 1024, 3
	done, failed, err := manager.DownloadFiles(params)
	if err != nil || done != 3 || failed != 0 {
		return fmt.Errorf("downloaded %d, failed %d: %v", done, failed, err)
	}
	for _, name := range []string{"small.txt", "name with+sign", "deep/er/big.bin"} {
		sent, err := os.ReadFile(filepath.Join(folder, "up", name))
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(folder, "down", "up", name))
		if err != nil {
			return err
		}
		if !bytes.Equal(sent, got) {
			return fmt.Errorf("%s is another file", name)
		}
	}
	return nil
}

func properties(manager artifactory.ArtifactoryServicesManager) error {
	set := func(props string, do func(services.PropsParams) (int, error)) error {
		reader, err := search(manager, "jf-files/up/*.txt", "")
		if err != nil {
			return err
		}
		defer func() { _ = reader.Close() }()
		params := services.NewPropsParams()
		params.Reader, params.Props = reader, props
		done, err := do(params)
		if err != nil || done != 1 {
			return fmt.Errorf("%s: %d items: %v", props, done, err)
		}
		return nil
	}
	if err := set("tested=yes;odd=a b", manager.SetProps); err != nil {
		return err
	}
	read, err := manager.GetItemProps("jf-files/up/small.txt")
	if err != nil {
		return err
	}
	if got := fmt.Sprint(read.Properties); got != "map[odd:[a b] stage:[dev] team:[red blue] tested:[yes]]" {
		return fmt.Errorf("properties: %s", got)
	}
	if err := set("odd,tested", manager.DeleteProps); err != nil {
		return err
	}
	read, err = manager.GetItemProps("jf-files/up/small.txt")
	if err != nil || len(read.Properties) != 2 {
		return fmt.Errorf("properties: %+v %v", read, err)
	}
	return nil
}

func moving(manager artifactory.ArtifactoryServicesManager) error {
	params := services.NewMoveCopyParams()
	params.Pattern, params.Target, params.Recursive = "jf-files/up/deep/*", "jf-other/copied/", true
	done, failed, err := manager.Copy(params)
	if err != nil || done == 0 || failed != 0 {
		return fmt.Errorf("copied %d, failed %d: %v", done, failed, err)
	}
	if err := expectFound(manager, "jf-other/*", "stage=dev", "big.bin"); err != nil {
		return err
	}
	params = services.NewMoveCopyParams()
	params.Pattern, params.Target, params.Recursive, params.Flat = "jf-other/*.bin", "jf-other/moved/", true, true
	done, failed, err = manager.Move(params)
	if err != nil || done != 1 || failed != 0 {
		return fmt.Errorf("moved %d, failed %d: %v", done, failed, err)
	}
	return expectFound(manager, "jf-other/moved/*", "", "big.bin")
}

func information(manager artifactory.ArtifactoryServicesManager) error {
	file, err := manager.FileInfo("jf-files/up/small.txt")
	if err != nil || file.Size != "5" || file.Checksums.Sha256 == "" {
		return fmt.Errorf("file: %+v %v", file, err)
	}
	info, err := manager.FolderInfo("jf-files/up")
	if err != nil || len(info.Children) != 3 {
		return fmt.Errorf("folder: %+v %v", info, err)
	}
	list, err := manager.FileList("jf-files/up", utils.FileListParams{Deep: true, ListFolders: true})
	if err != nil || len(list.Files) != 5 {
		return fmt.Errorf("list: %+v %v", list, err)
	}
	if err := manager.CalculateStorageInfo(); err != nil {
		return err
	}
	storage, err := manager.GetStorageInfo()
	if err != nil {
		return err
	}
	for _, one := range storage.RepositoriesSummaryList {
		if one.RepoKey == "jf-files" && one.FilesCount == "3" {
			return nil
		}
	}
	return fmt.Errorf("storage: %+v", storage)
}

func security(manager artifactory.ArtifactoryServicesManager) error {
	yes := true
	user := services.NewUserParams()
	user.UserDetails = services.User{Name: "jf-user", Email: "jf@example.com", Password: "Passw0rd-of-jf", ProfileUpdatable: &yes}
	if err := manager.CreateUser(user); err != nil {
		return err
	}
	group := services.NewGroupParams()
	group.GroupDetails.Name = "jf-group"
	group.GroupDetails.UsersNames = []string{"jf-user"}
	if err := manager.CreateGroup(group); err != nil {
		return err
	}
	target := services.PermissionTargetParams{Name: "jf-target", Repo: &services.PermissionTargetSection{
		Repositories:    []string{"jf-files"},
		IncludePatterns: []string{"up/**"},
		Actions:         &services.Actions{Groups: map[string][]string{"jf-group": {"read"}}},
	}}
	if err := manager.CreatePermissionTarget(target); err != nil {
		return err
	}
	read, err := manager.GetPermissionTarget("jf-target")
	if err != nil || read == nil || read.Repo == nil || len(read.Repo.Actions.Groups["jf-group"]) != 1 {
		return fmt.Errorf("target: %+v %v", read, err)
	}
	theirs, err := managerFor("jf-user", "Passw0rd-of-jf")
	if err != nil {
		return err
	}
	if _, err := theirs.FileInfo("jf-files/up/small.txt"); err != nil {
		return err
	}
	if _, err := theirs.FileInfo("jf-other/moved/big.bin"); err == nil {
		return fmt.Errorf("read what no target grants")
	}
	if err := manager.DeletePermissionTarget("jf-target"); err != nil {
		return err
	}
	if _, err := theirs.FileInfo("jf-files/up/small.txt"); err == nil {
		return fmt.Errorf("read what no target grants any more")
	}
	if err := manager.DeleteGroup("jf-group"); err != nil {
		return err
	}
	return manager.DeleteUser("jf-user")
}

func deleting(manager artifactory.ArtifactoryServicesManager) error {
	params := services.NewDeleteParams()
	params.Pattern, params.Recursive = "jf-files/up/deep/*", true
	paths, err := manager.GetPathsToDelete(params)
	if err != nil {
		return err
	}
	defer func() { _ = paths.Close() }()
	if done, err := manager.DeleteFiles(paths); err != nil || done == 0 {
		return fmt.Errorf("deleted %d: %v", done, err)
	}
	if err := expectFound(manager, "jf-files/up/*", "", "name with+sign", "small.txt"); err != nil {
		return err
	}
	for _, key := range []string{"jf-pypi", "jf-pypi-remote", "jf-pypi-local", "jf-other", "jf-files"} {
		if err := manager.DeleteRepository(key); err != nil {
			return err
		}
	}
	there, err := manager.IsRepoExists("jf-files")
	if err != nil || there {
		return fmt.Errorf("still there: %v %v", there, err)
	}
	return nil
}

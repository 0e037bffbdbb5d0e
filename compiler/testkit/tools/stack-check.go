// Judges stack files as `docker stack deploy` reads them, without a daemon: the loader and the
// converter of the docker client itself, and the rules a manager applies to what they make.
//
// install.sh builds it inside a copy of github.com/docker/cli. It prints every finding on standard
// output, one to a line, and fails when there is one.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/compose/convert"
	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	"github.com/docker/cli/cli/compose/types"
	"github.com/moby/moby/api/types/swarm"
	"github.com/sirupsen/logrus"
)

// What the loader takes and the converter drops without a word.
var dropped = []string{"depends_on", "tmpfs", "expose", "container_name", "env_file"}

// The rules of a manager: manager/controlapi/common.go, service.go and config.go of swarmkit.
var (
	dnsName    = regexp.MustCompile(`^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$`)
	objectName = regexp.MustCompile(`^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$`)
)

const largestConfig = 1000 * 1024

var findings int

func finding(file, format string, values ...any) {
	fmt.Printf("%s: %s\n", file, fmt.Sprintf(format, values...))
	findings++
}

// stdout makes the warnings of the loader findings.
type stdout struct{ file string }

func (*stdout) Levels() []logrus.Level { return logrus.AllLevels }
func (hook *stdout) Fire(entry *logrus.Entry) error {
	finding(hook.file, "%s", entry.Message)
	return nil
}

func load(file string) (*types.Config, map[string]any) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		finding(file, "%v", err)
		return nil, nil
	}
	raw, err := loader.ParseYAML(bytes)
	if err != nil {
		finding(file, "%v", err)
		return nil, nil
	}
	environment := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	config, err := loader.Load(types.ConfigDetails{
		Version:     schema.Version(raw),
		WorkingDir:  filepath.Dir(file),
		ConfigFiles: []types.ConfigFile{{Filename: file, Config: raw}},
		Environment: environment,
	})
	if err != nil {
		finding(file, "%v", err)
		return nil, nil
	}
	return config, raw
}

func judge(file string) {
	config, raw := load(file)
	if config == nil {
		return
	}
	for _, key := range loader.GetUnsupportedProperties(raw) {
		finding(file, "docker ignores `%s`", key)
	}
	for key, why := range loader.GetDeprecatedProperties(raw) {
		finding(file, "`%s`: %s", key, why)
	}
	services, _ := raw["services"].(map[string]any)
	for name, service := range services {
		for _, key := range dropped {
			if _, set := service.(map[string]any)[key]; set {
				finding(file, "docker drops `%s` of `%s` without a word", key, name)
			}
		}
	}
	stack := convert.NewNamespace("check")
	for _, service := range config.Services {
		one(file, stack, service, config)
	}
	objects(file, config)
}

// one converts a service and looks at the outcome as a manager does.
func one(file string, stack convert.Namespace, service types.ServiceConfig, config *types.Config) {
	if _, err := reference.ParseAnyReference(service.Image); err != nil || service.Image == "" {
		finding(file, "`%s` has no image: %q", service.Name, service.Image)
	}
	if name := stack.Scope(service.Name); !dnsName.MatchString(name) || len(name) > 63 {
		finding(file, "`%s` cannot name a service", name)
	}
	for _, mount := range service.Configs {
		if _, known := config.Configs[mount.Source]; !known {
			finding(file, "`%s` mounts the config `%s`, which is not there", service.Name, mount.Source)
		}
	}
	for _, mount := range service.Secrets {
		if _, known := config.Secrets[mount.Source]; !known {
			finding(file, "`%s` mounts the secret `%s`, which is not there", service.Name, mount.Source)
		}
	}
	spec, err := convert.Service(stack, service, config.Networks, config.Volumes, nil, nil)
	if err != nil {
		finding(file, "`%s`: %v", service.Name, err)
		return
	}
	job := spec.Mode.ReplicatedJob != nil || spec.Mode.GlobalJob != nil
	if job && (spec.UpdateConfig != nil || spec.RollbackConfig != nil) {
		finding(file, "`%s` is a job, which has no update config", service.Name)
	}
	restart := spec.TaskTemplate.RestartPolicy
	if job && (restart == nil || restart.Condition == swarm.RestartPolicyConditionAny) {
		finding(file, "`%s` is a job, which cannot start again after its end", service.Name)
	}
	for _, port := range spec.EndpointSpec.Ports {
		if spec.EndpointSpec.Mode == swarm.ResolutionModeDNSRR && port.PublishMode != swarm.PortConfigPublishModeHost {
			finding(file, "`%s` publishes a port in the mesh and has no address there", service.Name)
		}
	}
}

// objects looks at secrets and configs.
func objects(file string, config *types.Config) {
	for key, secret := range config.Secrets {
		if !secret.External.External {
			finding(file, "the secret `%s` would be made from a file", key)
		}
		named(file, secret.Name)
	}
	for key, object := range config.Configs {
		named(file, object.Name)
		bytes, err := os.ReadFile(object.File)
		relative, _ := filepath.Rel(filepath.Dir(file), object.File)
		generated := strings.HasPrefix(relative, "nginx/") || strings.HasPrefix(relative, "swarm/")
		switch {
		// A file of the repository need not lie in a tree that is only checked.
		case err != nil && !generated:
		case err != nil:
			finding(file, "the config `%s`: %v", key, err)
		case len(bytes) < 1 || len(bytes) >= largestConfig:
			finding(file, "the config `%s` has %d bytes", key, len(bytes))
		}
	}
}

func named(file, name string) {
	if len(name) > 64 || !objectName.MatchString(name) {
		finding(file, "`%s` cannot name a secret or config", name)
	}
}

func main() {
	hook := &stdout{}
	logrus.AddHook(hook)
	logrus.SetOutput(os.Stderr)
	files := os.Args[1:]
	sort.Strings(files)
	for _, file := range files {
		hook.file = file
		judge(file)
	}
	if findings > 0 || len(files) == 0 {
		os.Exit(1)
	}
}

// Command dockerfile-check judges Dockerfiles with the checks of BuildKit, which `docker build --check`
// asks a daemon for, without one and without looking a base image up.
//
//	dockerfile-check FILE...
//
// exit: 0 clean, 1 findings, 2 usage or an unreadable file
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Every base image looks alike: one layer, and the search path that all images have.
type anyImage struct{}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := ocispecs.Image{
		Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		Config:   ocispecs.ImageConfig{Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
		RootFS:   ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}},
	}
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		image.Platform = *opt.ImageOpt.Platform
	}
	config, err := json.Marshal(image)
	return ref, digest.FromBytes(config), config, err
}

// check prints the findings of one file and says whether there are any.
func check(path string) (bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	// A tree cannot silence its judge.
	if _, _, _, ok := parser.ParseDirective("check", text); ok {
		fmt.Printf("%s: it sets `# check=`, which would choose its own checks\n", path)
		return true, nil
	}
	language := llb.NewSourceMap(nil, path, "Dockerfile", text)
	language.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, dockerfile2llb.ConvertOpt{
		Config:       dockerui.Config{LinterConfig: &linter.Config{ExperimentalAll: true}},
		MetaResolver: anyImage{},
		SourceMap:    language,
	})
	if err != nil {
		return false, err
	}
	var found bytes.Buffer
	if err := results.PrintTo(&found, nil); err != nil {
		return false, err
	}
	results.PrintErrorTo(&found, func(info *pb.SourceInfo) *pb.SourceInfo { return info })
	os.Stdout.Write(found.Bytes())
	return faulty(results), nil
}

func faulty(results *lint.LintResults) bool {
	return len(results.Warnings) > 0 || results.Error != nil
}

func main() {
	status := 0
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: dockerfile-check FILE...")
		os.Exit(2)
	}
	for _, path := range os.Args[1:] {
		found, err := check(path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "dockerfile-check: %s: %v\n", path, err)
			os.Exit(2)
		}
		if found {
			status = 1
		}
	}
	os.Exit(status)
}

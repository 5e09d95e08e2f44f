// Command compose-check reads docker-compose.yml and .env in the working directory with the parser of Docker Compose, and writes what it understood
// as JSON. Arguments are profiles. It ends with 1 and the fault if Compose would refuse the file.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func load(profiles []string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(
		[]string{"docker-compose.yml"}, cli.WithWorkingDirectory("."), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithProfiles(profiles))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func main() {
	project, err := load(os.Args[1:])
	if err == nil {
		var text []byte
		if text, err = project.MarshalJSON(); err == nil {
			fmt.Println(string(text))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

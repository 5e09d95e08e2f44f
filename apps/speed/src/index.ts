export { project, projectAlone } from './project.ts';
